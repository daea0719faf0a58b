import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { Downloads } from "./downloads.ts";

const limits = { slots: 2, slotsPerClient: 1, retrySeconds: 5, idleMs: 60_000 };
const busy = expect.objectContaining({ code: "busy" });

async function* letters(fault?: Error) {
  yield "a";
  if (fault) throw fault;
  yield "b";
}

const opened = (downloads: Downloads, userId: number, fault?: Error) =>
  downloads.beginLarge(userId, letters(fault))[Symbol.asyncIterator]();

test.each<[string, (download: AsyncIterator<string>) => Promise<unknown>]>([
  ["was read to its end", (download) => text({ [Symbol.asyncIterator]: () => download })],
  ["is not wanted any more", async (download) => [await download.next(), await download.return?.()]],
  ["was never begun", async (download) => download.return?.()],
])("a download that %s makes room, once", async (_, end) => {
  const downloads = new Downloads(limits);
  const first = opened(downloads, 1);
  expect(() => opened(downloads, 1)).toThrow(busy);
  await end(first);
  opened(downloads, 1);
  await first.return?.();
  expect(() => opened(downloads, 1)).toThrow(busy);
});

test("one that breaks off makes room, and says why", async () => {
  const downloads = new Downloads(limits);
  const fault = new Error("EIO");
  const first = opened(downloads, 1, fault);
  expect(await first.next()).toEqual({ done: false, value: "a" });
  await expect(first.next()).rejects.toBe(fault);
  opened(downloads, 1);
});

test("one of which nothing is taken is given up, and is not taken for whole", async () => {
  const downloads = new Downloads({ ...limits, idleMs: 20 });
  const first = opened(downloads, 1);
  await first.next();
  await pause(100);
  opened(downloads, 1);
  await expect(first.next()).rejects.toThrow("nothing was taken for 20 ms");
});
