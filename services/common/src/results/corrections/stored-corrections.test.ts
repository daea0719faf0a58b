import { readdir } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { pageOf, pictureOf, temporaryResults } from "../../../../../tests/page-result.ts";
import { openResultStore, resultStoreSettings } from "../open-result-store.ts";
import { textOf } from "../page-result.ts";
import { correctedPage, corrections } from "./corrected-page.ts";
import type { Correction } from "./correction.ts";
import { planChanges } from "./plan-changes.ts";

const { folder } = await temporaryResults();
const results = openResultStore(
  resultStoreSettings(path.join(folder, "results"), path.join(folder, "uploads")),
);
const page = pageOf(1, [[["Tho", "lease"]]]);

/** An order with a page that was read, and a record that corrects its first word. */
async function readPage(order_id: string) {
  const ref = { order_id, attempt: 1 };
  await results.savePage(ref, page, await pictureOf(page));
  const record = (text: string, revision = 1): Correction => ({
    ...{ page: 1, revision, corrected_ms: 1, user_id: 7 },
    changes: planChanges(page, [{ op: "replace", word: 0, text }]),
  });
  return { ref, record };
}

test("of many corrections of the same revision, one is kept and the others are told", async () => {
  const { ref, record } = await readPage("race");
  const texts = Array.from({ length: 20 }, (_, writer) => `writer-${writer}`);
  const won = await Promise.all(texts.map((text) => results.saveCorrection(ref, record(text))));
  expect(won.filter(Boolean)).toHaveLength(1);
  const [winner = ""] = texts.filter((_, writer) => won[writer]);
  expect(await results.correction(ref, 1, 1)).toEqual(record(winner));
  expect(await results.revisions(ref)).toEqual(new Map([[1, 1]]));
  const now = await correctedPage(results, ref, 1, 1);
  expect(now && textOf(now)).toBe(`${winner} lease\n`);
});

test("each revision can be read, and the page itself stays as it was read", async () => {
  const { ref, record } = await readPage("revisions");
  await results.saveCorrection(ref, record("This"));
  const first = await correctedPage(results, ref, 1, 1);
  const second = planChanges(first ?? page, [{ op: "remove", word: 1 }]);
  await results.saveCorrection(ref, { ...record("This", 2), changes: second });
  const texts = await Promise.all(
    [0, 1, 2].map(async (revision) => textOf((await correctedPage(results, ref, 1, revision)) ?? page)),
  );
  expect(texts).toEqual(["Tho lease\n", "This lease\n", "This\n"]);
  expect(await results.page(ref, 1)).toEqual(page);
  const listed: number[] = [];
  for await (const { revision } of corrections(results, ref, 1, 2)) listed.push(revision);
  expect(listed).toEqual([1, 2]);
  await expect(correctedPage(results, ref, 1, 3)).rejects.toThrow("correction 3 of page 1 is gone");
  expect(await correctedPage(results, ref, 2, 0)).toBeUndefined();
});

test("corrections are removed with their order, also if only they are left", async () => {
  const { ref, record } = await readPage("removed");
  await results.saveCorrection(ref, record("This"));
  await results.removeOrder("removed");
  expect([await results.page(ref, 1), await results.revisions(ref)]).toEqual([undefined, new Map()]);
  // A correction that was on its way while the order was removed.
  await results.saveCorrection(ref, record("Late"));
  expect(await results.orders()).toContain("removed");
  expect(await results.attemptedAt("removed")).toBeGreaterThan(0);
  await results.removeAttempt(ref);
  await results.removeOrder("removed");
  expect(await results.orders()).not.toContain("removed");
});

test("the Order API needs to write to the folder of the uploads only", async () => {
  const { ref, record } = await readPage("folders");
  const before = await readdir(path.join(folder, "results"), { recursive: true });
  await results.saveCorrection(ref, record("This"));
  expect(await readdir(path.join(folder, "results"), { recursive: true })).toEqual(before);
  const own = path.join(folder, "uploads", "corrections", "folders", "1", "corrections");
  expect(await readdir(own)).toEqual(["1-1.json"]);
});
