import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../../lib/scratch-folder.ts";
import { LastOutputs } from "./last-outputs.ts";

test("the outputs of the last `up` are there until they are forgotten, each stack's for itself", () => {
  const folder = scratchFolder();
  const [local, test] = [new LastOutputs(folder, "local"), new LastOutputs(folder, "test")];
  expect(local.read()).toEqual({});
  local.save({ containers: ["a"] });
  local.save({ containers: ["b"], proof: { seconds: 1 } });
  expect(new LastOutputs(folder, "local").read()).toEqual({ containers: ["b"], proof: { seconds: 1 } });
  expect(test.read()).toEqual({});
  local.forget();
  local.forget();
  expect(local.read()).toEqual({});
});

test("a file that was cut off counts as none", () => {
  const folder = scratchFolder();
  mkdirSync(path.join(folder, ".pulumi", "stand-in"), { recursive: true });
  writeFileSync(path.join(folder, ".pulumi", "stand-in", "local.outputs.json"), '{"containers":[');
  expect(new LastOutputs(folder, "local").read()).toEqual({});
});
