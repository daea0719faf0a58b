import { expect, test } from "vitest";
import { OrderFailure } from "../failure.ts";
import { talliedReader, talliedSource } from "./tallied-work.ts";
import { WorkTally } from "./work-tally.ts";

const ref = { order_id: "1d0b8531-93b6-4c69-b1f2-a045351f086c", attempt: 1 };
const order = { title_number: "OW1", document_type: "lease" } as const;
const pageRead = { isEmpty: false, characters: 1, confidence: 90, steps: {} };
const running = new AbortController().signal;

test("pages that were read are counted, and others are not", async () => {
  const tally = new WorkTally();
  const reader = talliedReader(
    {
      ...{ start: async () => {}, ready: async () => {}, outline: async () => {}, close: async () => {} },
      inspect: async () => ({ format: "PDF", pages: 2 }),
      read: async (_, page) => {
        if (page === 2) throw new OrderFailure("page_damaged");
        return pageRead;
      },
    },
    tally,
  );
  await reader.inspect(ref, running);
  expect(await reader.read(ref, 1, running)).toEqual(pageRead);
  await expect(reader.read(ref, 2, running)).rejects.toThrow(OrderFailure);
  expect(tally.take()).toMatchObject({ pages: 1 });
});

test.each([
  ["a document", async () => Buffer.from("scan"), true],
  ["not found", () => Promise.reject(new OrderFailure("document_not_found")), true],
  ["no answer", () => Promise.reject(new OrderFailure("source_unavailable")), false],
])("after %s the source counts as answering: %3$s", async (_, fetch, answers) => {
  const tally = new WorkTally();
  await talliedSource({ fetch }, tally)
    .fetch(order, "r", running)
    .catch(() => {});
  expect(tally.source).toMatchObject({ answers });
});

test("a fetch that was aborted says nothing about the source", async () => {
  const tally = new WorkTally();
  const aborted = AbortSignal.abort(new Error("stopping"));
  const source = talliedSource({ fetch: () => Promise.reject(aborted.reason) }, tally);
  await expect(source.fetch(order, "r", aborted)).rejects.toThrow("stopping");
  expect(tally.source).toBeUndefined();
});
