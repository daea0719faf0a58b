import { createLog } from "@orbital-witness/common/log.ts";
import { StateLog } from "@orbital-witness/common/state-log.ts";
import { ErrorReply } from "redis";
import { expect, test } from "vitest";
import { z } from "zod";
import { persist } from "./persist.ts";

const state = new StateLog(createLog("test", "silent"), "Redis");
const never = new AbortController().signal;

/** A write that fails with each of these errors in turn before it succeeds. */
function writeAfter(...errors: Error[]) {
  const write = async () => {
    write.calls++;
    const error = errors.shift();
    if (error) throw error;
    return "written";
  };
  write.calls = 0;
  return write;
}

test.each([
  new Error("Socket closed unexpectedly"),
  new ErrorReply("LOADING Redis is loading the dataset in memory"),
  new ErrorReply("MISCONF Errors writing to the AOF file: No space left on device"),
  new ErrorReply("OOM command not allowed when used memory > 'maxmemory'."),
  new ErrorReply("READONLY You can't write against a read only replica."),
])("a write is repeated after a transient error: %s", async (error) => {
  const write = writeAfter(error, error);
  expect(await persist(write, never, state)).toBe("written");
  expect(write.calls).toBe(3);
});

test.each([
  new ErrorReply("ERR user_script:1: Script attempted to access nonexistent global variable"),
  new ErrorReply("WRONGTYPE Operation against a key holding the wrong kind of value"),
  new z.ZodError([]),
])("a write is not repeated after a permanent error: %s", async (error) => {
  const write = writeAfter(error);
  await expect(persist(write, never, state)).rejects.toBe(error);
  expect(write.calls).toBe(1);
});

test("giving up ends the pauses, and the wait for a missing answer", async () => {
  const stop = new AbortController();
  const down = new Error("ECONNREFUSED");
  const write = writeAfter(...Array(50).fill(down));
  const pausing = persist(write, stop.signal, state);
  const hanging = persist(() => new Promise<string>(() => {}), stop.signal, state);
  await expect.poll(() => write.calls).toBeGreaterThan(1);
  stop.abort(new Error("the worker stops"));
  await expect(pausing).rejects.toThrow("the worker stops");
  await expect(hanging).rejects.toThrow("the worker stops");
  const calls = write.calls;
  await expect(persist(write, stop.signal, state)).rejects.toThrow("the worker stops");
  expect(write.calls).toBe(calls);
});
