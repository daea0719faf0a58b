import { expect, test } from "vitest";
import { createLog } from "./log.ts";
import { StateLog } from "./state-log.ts";

test("a state is logged when it changes, not each time it is reported", () => {
  const lines: string[] = [];
  const state = new StateLog(createLog("test", "info", { write: (line) => lines.push(line) }), "Redis");
  state.recovered();
  for (let i = 0; i < 5; i++) state.failed(new Error("ECONNREFUSED"));
  state.recovered();
  state.recovered();
  state.failed(new Error("ECONNRESET"));
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    "Redis fails",
    "Redis works again",
    "Redis fails",
  ]);
});

test("watched work never throws, and its failure and recovery are logged", async () => {
  const lines: string[] = [];
  const state = new StateLog(createLog("test", "info", { write: (line) => lines.push(line) }), "Redis");
  await state.watch(() => Promise.reject(new Error("ECONNREFUSED")));
  await state.watch(() => Promise.reject(new Error("ECONNREFUSED")));
  await state.watch(async () => "done");
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["Redis fails", "Redis works again"]);
});
