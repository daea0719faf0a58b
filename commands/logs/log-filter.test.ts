import { expect, it } from "vitest";
import type { LogLine } from "../../pulumi/health/log-line.ts";
import { LineChooser } from "./log-filter.ts";

const line = (more: Partial<LogLine>): LogLine => ({
  ...{ at: 0, source: "order-api", level: "info", text: "", details: {}, orderIds: [] },
  ...{ requestId: undefined, isRead: false },
  ...more,
});

it("chooses a service or one of its containers", () => {
  const lines = ["ocr-worker-1", "ocr-worker-2", "redis"].map((source) => line({ source }));
  const chosen = (service: string) => {
    const chooser = new LineChooser({ service, level: "info" });
    return lines.filter((each) => chooser.wants(each)).map(({ source }) => source);
  };
  expect(chosen("ocr-worker")).toEqual(["ocr-worker-1", "ocr-worker-2"]);
  expect(chosen("ocr-worker-2")).toEqual(["ocr-worker-2"]);
  expect(chosen("redis")).toEqual(["redis"]);
});

it("chooses lines from a level on", () => {
  const chooser = new LineChooser({ level: "warn" });
  const levels = (["debug", "info", "warn", "error", "fatal"] as const).filter((level) =>
    chooser.wants(line({ level })),
  );
  expect(levels).toEqual(["warn", "error", "fatal"]);
});

it("chooses an order's lines, and those of its requests that came before", () => {
  const chooser = new LineChooser({ orderId: "a", level: "info" });
  const lines = [
    line({ text: "authorised", requestId: "r" }),
    line({ text: "accepted", requestId: "r", orderIds: ["a"] }),
    line({ text: "another order", requestId: "s", orderIds: ["b"] }),
    line({ text: "started", orderIds: ["a"] }),
    line({ text: "nothing to do with it" }),
  ];
  for (const each of lines) chooser.learn(each);
  expect(lines.filter((each) => chooser.wants(each)).map(({ text }) => text)).toEqual([
    ...["authorised", "accepted", "started"],
  ]);
});

it("shows requests that only read an order on the level debug", () => {
  const read = line({ orderIds: ["a"], isRead: true });
  expect(new LineChooser({ orderId: "a", level: "info" }).wants(read)).toBe(false);
  expect(new LineChooser({ orderId: "a", level: "debug" }).wants(read)).toBe(true);
  expect(new LineChooser({ level: "info" }).wants(read)).toBe(true);
});
