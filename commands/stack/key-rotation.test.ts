import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { scratchFolder } from "../../lib/scratch-folder.ts";
import { StackFile } from "../../lib/stack-config/stack-file.ts";
import { KeyRotation, type RotationTools } from "./key-rotation.ts";

const OLD = "old-public-key";
const start = Date.parse("2026-11-27T12:00:00Z");

let folder: string;
let now: number;
/** What was done, in order: the settings at each update, and the waits. */
let done: unknown[];

const file = () => path.join(folder, "Pulumi.local.yaml");
const settings = () => parse(readFileSync(file(), "utf8")).config;
const secret = (text: string) => ({ secure: text });

beforeEach(() => {
  folder = scratchFolder();
  now = start;
  done = [];
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: p\nmain: a/\nconfig: {}\n");
  writeFileSync(file(), "config:\n  p:jwtSecret:\n    secure: v1:old\n  p:httpPort: 81\n");
});

/** A rotation whose `interruptAt`-th update or wait is interrupted: 1 is the first. */
function rotation({ interruptAt = 0, tokenSeconds = 30 } = {}): Promise<void> {
  let steps = 0;
  const step = (what: unknown) => {
    steps += 1;
    if (steps === interruptAt) throw new Error("interrupted");
    done.push(what);
  };
  const tools: RotationTools = {
    folder,
    stackName: "local",
    setSecret: async (key) => {
      const stack = new StackFile(folder, "local");
      stack.set(`p:${key}`, secret("v1:new"));
      stack.save();
    },
    up: async () => step(settings()),
    signingKey: async () => OLD,
    tokenSeconds: () => tokenSeconds,
    say: () => {},
    now: () => now,
    pause: async (milliseconds) => {
      step(milliseconds);
      now += milliseconds;
    },
  };
  return new KeyRotation(tools).run();
}

const before = { "p:jwtSecret": secret("v1:old"), "p:httpPort": 81 };
const published = { ...before, "p:jwtSecretNext": secret("v1:new") };
const signing = { ...before, "p:jwtSecret": secret("v1:new"), "p:retiredTokenKey": OLD };
const retired = { ...signing, "p:retiredTokenKey": "" };
const after = { ...before, "p:jwtSecret": secret("v1:new") };

test("the new key is known before it signs, and the old one until its tokens have expired", async () => {
  await rotation();
  expect(done).toEqual([published, signing, 35_000, retired]);
  expect(settings()).toEqual(after);
});

test.each([
  [1, [published, signing, 35_000, retired]],
  [2, [published, signing, 35_000, retired]],
  [3, [published, signing, 35_000, retired]],
  [4, [published, signing, 35_000, retired]],
])("a rotation interrupted at step %i is continued, with the same new key", async (interruptAt, steps) => {
  await expect(rotation({ interruptAt })).rejects.toThrow("interrupted");
  await rotation();
  expect(done).toEqual(steps);
  expect(settings()).toEqual(after);
});

test("the time between an interruption and the next run counts as waiting", async () => {
  await expect(rotation({ interruptAt: 3 })).rejects.toThrow("interrupted");
  now += 60_000;
  await rotation();
  expect(done).toEqual([published, signing, 0, retired]);
});

test("tokens that live for a day are not waited for; a run after that day ends the rotation", async () => {
  const tokenSeconds = 86_400;
  await expect(rotation({ tokenSeconds })).rejects.toMatchObject({
    message: expect.stringContaining("valid until 2026-11-28T12:00:05.000Z"),
    advice: expect.stringContaining("npm run rotate-key"),
  });
  expect(settings()).toEqual({ ...signing, "p:retiredTokenKeyUntil": "2026-11-28T12:00:05.000Z" });
  await expect(rotation({ tokenSeconds })).rejects.toThrow("valid until");
  now += 86_400_000;
  await rotation({ tokenSeconds });
  expect(done).toEqual([published, signing, 5000, retired]);
  expect(settings()).toEqual(after);
});

test("a stack whose secret Pulumi generated gets one of its own", async () => {
  writeFileSync(file(), "config:\n  p:httpPort: 81\n");
  await rotation();
  const { "p:jwtSecret": _, ...others } = before;
  expect(done[0]).toEqual({ ...others, "p:jwtSecretNext": secret("v1:new") });
  expect(settings()).toEqual(after);
});
