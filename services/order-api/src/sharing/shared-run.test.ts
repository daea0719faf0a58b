import { expect, test } from "vitest";
import { SharedRun, SharedRuns } from "./shared-run.ts";

function started() {
  const runs: PromiseWithResolvers<number>[] = [];
  const shared = new SharedRun(() => {
    const run = Promise.withResolvers<number>();
    runs.push(run);
    return run.promise;
  });
  return { runs, shared };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("all who ask before a run begins get its answer", async () => {
  const { runs, shared } = started();
  const asked = [shared.get(), shared.get()];
  await settled();
  expect(runs).toHaveLength(1);
  runs[0]?.resolve(1);
  expect(await Promise.all(asked)).toEqual([1, 1]);
});

test("whoever asks during a run gets the answer of the next one", async () => {
  const { runs, shared } = started();
  const first = shared.get();
  await settled();
  const later = [shared.get(), shared.get()];
  await settled();
  expect(runs).toHaveLength(1);
  runs[0]?.resolve(1);
  expect(await first).toBe(1);
  await settled();
  expect(runs).toHaveLength(2);
  runs[1]?.resolve(2);
  expect(await Promise.all(later)).toEqual([2, 2]);
});

test("an error is only for those who asked for that run", async () => {
  const { runs, shared } = started();
  const first = shared.get();
  await settled();
  const later = shared.get();
  runs[0]?.reject(new Error("away"));
  await expect(first).rejects.toThrow("away");
  await settled();
  runs[1]?.resolve(2);
  expect(await later).toBe(2);
});

test("work is shared by key, and done again for those who ask later", async () => {
  const shared = new SharedRuns<string>();
  let count = 0;
  const ask = (key: string) => shared.get(key, async () => `${key}${++count}`);
  expect(await Promise.all([ask("a"), ask("b"), ask("a")])).toEqual(["a1", "b2", "a1"]);
  expect(await ask("a")).toBe("a3");
  const fail = () => shared.get("c", () => Promise.reject(new Error("away")));
  await expect(Promise.all([fail(), fail()])).rejects.toThrow("away");
  expect(await ask("c")).toBe("c4");
});
