import { expect, test } from "vitest";
import { SaveReport } from "./save-report.ts";

function reported(work: (report: SaveReport) => void): string[] {
  const lines: string[] = [];
  const containers = new Map([
    ["auth-api", ["auth-api-1"]],
    ["ocr-worker", ["worker-1", "worker-2"]],
  ]);
  work(new SaveReport(containers, (text) => lines.push(text)));
  return lines;
}

test("a service is live again when its process has the save, and workers when all have it", () => {
  const lines = reported((report) => {
    report.saved("auth-api", 10, "app.ts", 1000);
    report.saved("ocr-worker", 11, "app.ts", 1000);
    // A process that was started for an earlier save.
    report.ready("auth-api", "auth-api-1", 9, 1100);
    report.ready("auth-api", "auth-api-1", 10, 1812);
    report.ready("ocr-worker", "worker-1", 11, 2000);
    report.ready("ocr-worker", "worker-1", 11, 2100);
    report.ready("ocr-worker", "worker-2", 11, 2900);
    report.ready("ocr-worker", "worker-2", 11, 3000);
  });
  expect(lines).toEqual([
    "• auth-api is live again after 812 ms (app.ts)",
    "• ocr-worker (2 containers) is live again after 1.9 s (app.ts)",
  ]);
});

test("a failure is shown once, and the next save is followed again", () => {
  const failure = { place: "services/ocr-worker/src/main.ts:3", code: ["a b", "  ^"], message: "no" };
  const lines = reported((report) => {
    report.saved("ocr-worker", 11, "main.ts", 1000);
    report.failed("ocr-worker", failure);
    report.failed("ocr-worker", failure);
    report.saved("ocr-worker", 12, "main.ts", 5000);
    report.ready("ocr-worker", "worker-1", 12, 6000);
    report.ready("ocr-worker", "worker-2", 12, 6000);
  });
  expect(lines).toEqual([
    "✗ ocr-worker does not start: services/ocr-worker/src/main.ts:3\n    a b\n      ^\n    no\n" +
      "  Requests wait up to 15 s for it. It starts again when you save a file that it imports.",
    "• ocr-worker (2 containers) is live again after 1.0 s (main.ts)",
  ]);
});
