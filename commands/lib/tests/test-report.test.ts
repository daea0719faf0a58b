import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../../../lib/scratch-folder.ts";
import { TestReport } from "./test-report.ts";

const passing = { fullName: "adds", status: "passed", duration: 1500 };
const failing = { fullName: "divides", status: "failed", duration: 20_000 };

/** vitest's report of one file with these tests. */
async function reportOf(
  tests: readonly (typeof passing)[],
  status = "passed",
): Promise<TestReport | undefined> {
  const folder = scratchFolder();
  const count = (wanted: string) => tests.filter((each) => each.status === wanted).length;
  const file = path.join(folder, "report.json");
  writeFileSync(
    file,
    JSON.stringify({
      numPassedTests: count("passed"),
      numFailedTests: count("failed"),
      numPendingTests: 1,
      numTodoTests: 1,
      testResults: [{ name: path.join(folder, "lib/sum.test.ts"), status, assertionResults: tests }],
    }),
  );
  return TestReport.read(file, folder);
}

test("the report names failed tests, and adds up lanes", async () => {
  const reports = [await reportOf([passing]), await reportOf([passing, failing], "failed")];
  const total = TestReport.sum(reports.flatMap((report) => report ?? []));
  expect(total.summary).toBe("2 passed, 1 failed, 4 skipped");
  expect(total.failures).toEqual(["lib/sum.test.ts: divides"]);
  expect(total.slowest(2)).toEqual([
    { title: "divides", file: "lib/sum.test.ts", seconds: 20 },
    { title: "adds", file: "lib/sum.test.ts", seconds: 1.5 },
  ]);
});

test("a file that fails before its first test is a failure", async () => {
  expect((await reportOf([], "failed"))?.failures).toEqual(["lib/sum.test.ts: failed outside its tests"]);
});

test("a missing report is read as undefined", async () => {
  expect(await TestReport.read(path.join(scratchFolder(), "none.json"), "/")).toBeUndefined();
});
