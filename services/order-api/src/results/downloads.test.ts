import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { Downloads } from "./downloads.ts";

const limits = {
  pdf: { slots: 2, slotsPerClient: 1, retrySeconds: 5 },
  text: { slots: 3, slotsPerClient: 2, waiting: 4, waitingPerClient: 1, retrySeconds: 2 },
  ...{ textWaitMs: 60_000, idleMs: 60_000 },
};
const here = new AbortController().signal;
const busy = expect.objectContaining({ code: "busy" });

async function* letters(fault?: Error) {
  yield "a";
  if (fault) throw fault;
  yield "b";
}

const opened = (downloads: Downloads, userId: number, fault?: Error) =>
  downloads.beginPdf(userId, letters(fault))[Symbol.asyncIterator]();

test.each<[string, (download: AsyncIterator<string>) => Promise<unknown>]>([
  ["was read to its end", (download) => text({ [Symbol.asyncIterator]: () => download })],
  ["is cancelled", async (download) => [await download.next(), await download.return?.()]],
  ["was never begun", async (download) => download.return?.()],
])("a download that %s releases its slot once", async (_, end) => {
  const downloads = new Downloads(limits);
  const first = opened(downloads, 1);
  expect(() => opened(downloads, 1)).toThrow(busy);
  await end(first);
  opened(downloads, 1);
  await first.return?.();
  expect(() => opened(downloads, 1)).toThrow(busy);
});

test("a download that fails releases its slot and rejects with the error", async () => {
  const downloads = new Downloads(limits);
  const fault = new Error("EIO");
  const first = opened(downloads, 1, fault);
  expect(await first.next()).toEqual({ done: false, value: "a" });
  await expect(first.next()).rejects.toBe(fault);
  opened(downloads, 1);
});

test("a download that nobody reads ends with an error", async () => {
  const downloads = new Downloads({ ...limits, idleMs: 20 });
  const first = opened(downloads, 1);
  await first.next();
  await pause(100);
  opened(downloads, 1);
  await expect(first.next()).rejects.toThrow("the reader took nothing for 20 ms");
});

test("a text waits for a slot of its user, not for slots of others", async () => {
  const downloads = new Downloads(limits);
  const own = () => downloads.beginText(1, letters(), here);
  const [first] = [await own(), await own()];
  const waiting = own();
  await expect(own()).rejects.toThrow(busy);
  expect(await text(await downloads.beginText(2, letters(), here))).toBe("ab");
  expect(await text(first)).toBe("ab");
  expect(await text(await waiting)).toBe("ab");
});

test("a text that waits too long, or whose client disconnects, is refused and holds no slot", async () => {
  const downloads = new Downloads({ ...limits, textWaitMs: 20 });
  const [first] = [
    await downloads.beginText(1, letters(), here),
    await downloads.beginText(1, letters(), here),
  ];
  await expect(downloads.beginText(1, letters(), here)).rejects.toThrow(busy);
  const gone = expect.objectContaining({ code: "client_gone" });
  await expect(downloads.beginText(1, letters(), AbortSignal.abort())).rejects.toThrow(gone);
  await text(first);
  expect(await text(await downloads.beginText(1, letters(), here))).toBe("ab");
});
