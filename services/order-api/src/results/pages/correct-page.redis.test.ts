import { OrderArchive } from "@orbital-witness/common/orders/ended/order-archive.ts";
import { unindexedKey } from "@orbital-witness/common/orders/order-keys.ts";
import { openResultStore, resultStoreSettings } from "@orbital-witness/common/results/open-result-store.ts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import {
  alice,
  bob,
  charlie,
  codeOf,
  folders,
  lease,
  openOrderApi,
  orderIdOf,
} from "../../../../../tests/order-api/order-api.ts";
import { pageOf, pictureOf } from "../../../../../tests/page-result.ts";
import { orderServices, redisDatabase } from "../../../../../tests/redis/redis-database.ts";
import { claimed, claimedPages } from "../../../../../tests/redis/sample-order.ts";

const services = orderServices(redisDatabase(), folders.resultsFolder);
const { attempts, redis, ofWorker, expiry } = services;
const results = openResultStore(resultStoreSettings(folders.resultsFolder, folders.uploadsFolder));
const archive = new OrderArchive(ofWorker, expiry, results);
const api = openOrderApi(redisDatabase());
afterAll(() => api.close());
// The thread of the search index takes seconds to start on a busy machine.
beforeAll(() =>
  vi.waitFor(async () => expect((await api.as(alice).get("/search?q=ready")).status).toBe(200), 30_000),
);

const pageSchema = z.object({
  revision: z.int(),
  confidence: z.number().nullable(),
  blocks: z.array(
    z.object({ lines: z.array(z.object({ words: z.array(z.looseObject({ text: z.string() })) })) }),
  ),
});

/** A completed order with two pages, each with the words "This LEASE is mado". */
async function completed() {
  const id = await orderIdOf(await api.as(alice).post("/orders", lease));
  const order = await claimed(services, id);
  await attempts.recognizing(order, 2);
  for (const number of [1, 2]) {
    const page = pageOf(number, [
      [
        ["This", "LEASE"],
        ["is", "mado"],
      ],
    ]);
    await results.savePage(order, page, await pictureOf(page));
  }
  const page = await claimedPages(services, id, Array(2).fill("worker-1"));
  for (const number of [1, 2]) await attempts.endPage(page(number), "read");
  const path = `/orders/${id}/result/pages/1`;
  const tag = (await api.as(alice).get(path)).headers.get("ETag") ?? "";
  return { id, path, tag, result: `/orders/${id}/result`, order };
}

function patch(path: string, tag: string | undefined, body: unknown, token = alice): Promise<Response> {
  const headers = {
    ...{ Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    ...(tag !== undefined && { "If-Match": tag }),
  };
  return api.send("PATCH", path, { headers, body: JSON.stringify(body) });
}

const replace = (text: string, word = 3) => ({ operations: [{ op: "replace", word, text }] });
const textOf = async (path: string) => (await api.as(alice).get(path)).text();
const tagOf = async (path: string) => {
  const response = await api.as(alice).get(path);
  await response.body?.cancel();
  return response.headers.get("ETag");
};

test("a correction changes the page, its tag and all formats, and the original stays", async () => {
  const { path, tag, result } = await completed();
  const formats = ["txt", "json", "hocr", "tsv", "alto.xml", "pdf"].map((suffix) => `${result}.${suffix}`);
  const before = await Promise.all(formats.map(tagOf));
  const read = await textOf(`${path}.json`);
  const answer = await patch(path, tag, replace("made"));
  expect(answer.status).toBe(200);
  const page = pageSchema.parse(await answer.clone().json());
  expect([page.revision, page.confidence]).toEqual([1, (96.5 + 95.5 + 96.5) / 3]);
  const word = page.blocks[0]?.lines[1]?.words[1];
  expect(word).toEqual({ text: "made", box: [160, 250, 240, 280], source: "corrected" });

  const now = answer.headers.get("ETag");
  expect(now).not.toBe(tag);
  for (const same of [path, `${path}.json`]) {
    expect(await tagOf(same)).toBe(now);
    expect(await textOf(same)).toBe(await answer.clone().text());
  }
  expect(await textOf(`${path}.json?original`)).toBe(read);
  expect(await tagOf(`${path}?original=true`)).toBe(tag);

  for (const [index, format] of formats.entries()) {
    expect(await tagOf(format)).not.toBe(before[index]);
    expect(await tagOf(`${format}?original`)).toBe(before[index]);
    if (format.endsWith("pdf")) continue;
    expect(await textOf(format)).toMatch(/made.*mado/s);
    expect(await textOf(`${format}?original`)).not.toContain("made");
  }
  const cached = await api.as(alice, { "If-None-Match": tag }).get(`${path}.json`);
  expect(cached.status).toBe(200);
});

test("of two corrections of one revision, one wins and the other gets 412 with the tag of now", async () => {
  const { path, tag } = await completed();
  const answers = await Promise.all([patch(path, tag, replace("one")), patch(path, tag, replace("two"))]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  const lost = answers.find(({ status }) => status === 412);
  const now = await tagOf(path);
  expect(lost?.headers.get("ETag")).toBe(now);
  expect(await lost?.json()).toMatchObject({
    code: "revision_changed",
    detail: expect.stringContaining("Page 1 is now at revision 1"),
  });
  expect(pageSchema.parse(await (await api.as(alice).get(path)).json()).revision).toBe(1);
  expect((await patch(path, now ?? "", replace("three"))).status).toBe(200);
});

test("a correction needs the tag of the page, weak or not", async () => {
  const { path, tag } = await completed();
  expect(await codeOf(await patch(path, undefined, replace("x")))).toEqual([428, "revision_required"]);
  expect(await codeOf(await patch(path, "*", replace("x")))).toEqual([428, "revision_required"]);
  expect(await codeOf(await patch(path, '"other"', replace("x")))).toEqual([412, "revision_changed"]);
  expect((await patch(path, `"other", ${tag.slice(2)}`, replace("x"))).status).toBe(200);
});

test("one wrong operation refuses all, and is named with what would be right", async () => {
  const { path, tag } = await completed();
  const wrong = [
    { op: "replace", word: 0, text: "That" },
    { op: "remove", word: 4 },
  ];
  const answer = await patch(path, tag, { operations: wrong });
  expect(answer.status).toBe(422);
  const message = "must be the number of a word of this page: 0 to 3, not 4";
  expect(await answer.json()).toMatchObject({
    ...{ code: "invalid_fields", detail: `operations[1].word ${message}` },
    errors: [{ field: "operations[1].word", message }],
  });
  expect(await tagOf(path)).toBe(tag);
  const fields: [unknown, string][] = [
    [{}, "operations"],
    [{ operations: [] }, "operations"],
    [{ operations: [7] }, "operations[0]"],
    [{ operations: [{ op: "replace", word: 0, text: "a", box: [] }] }, "operations[0]"],
    [{ operations: [{ op: "join", words: [0, "1"] }] }, "operations[0].words[1]"],
    [{ operations: [{ op: "add", text: "a", box: [1, 2, 3] }] }, "operations[0].box"],
    [{ operations: [{ op: "remove", word: 0 }], page: 1 }, "page"],
  ];
  for (const [body, field] of fields) {
    expect(await (await patch(path, tag, body)).json()).toMatchObject({ errors: [{ field }] });
  }
  const form = await api.send("PATCH", path, {
    headers: { Authorization: `Bearer ${alice}`, "If-Match": tag },
    body: new URLSearchParams({ operations: "x" }),
  });
  expect(await codeOf(form)).toEqual([415, "unsupported_media_type"]);
  expect(form.headers.get("Accept-Patch")).toBe("application/json");
});

test("only the owner corrects, and only who may order", async () => {
  const { path, tag, id } = await completed();
  expect(await codeOf(await patch(path, tag, replace("x"), bob))).toEqual([404, "order_not_found"]);
  expect(await codeOf(await patch(path, tag, replace("x"), charlie))).toEqual([403, "cannot_order"]);
  const other = `/orders/${id}/result/pages`;
  for (const page of ["3", "0", "x"]) {
    expect(await codeOf(await patch(`${other}/${page}`, tag, replace("x")))).toEqual([404, "page_not_found"]);
  }
  const waiting = await orderIdOf(await api.as(alice).post("/orders", lease));
  const early = await patch(`/orders/${waiting}/result/pages/1`, tag, replace("x"));
  expect(await codeOf(early)).toEqual([409, "order_not_completed"]);
});

test("the records say who changed what and when, oldest first", async () => {
  const { path, tag } = await completed();
  expect(await (await api.as(alice).get(`${path}/corrections`)).json()).toEqual({
    ...{ page: 1, revision: 0, corrections: [] },
  });
  const first = await patch(path, tag, replace("made"));
  await patch(path, first.headers.get("ETag") ?? "", { operations: [{ op: "join", words: [0, 1] }] });
  const answer = await api.as(alice).get(`${path}/corrections`);
  const corrected_at = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
  expect(await answer.json()).toMatchObject({
    ...{ page: 1, revision: 2 },
    corrections: [
      {
        ...{ revision: 1, user_id: 1, corrected_at },
        changes: [{ op: "replace", at: 3, before: [{ text: "mado" }], after: [{ text: "made" }] }],
      },
      {
        ...{ revision: 2, user_id: 1, corrected_at },
        changes: [{ op: "join", at: 0, before: [{ text: "This" }, { text: "LEASE" }] }],
      },
    ],
  });
  expect(await codeOf(await api.as(bob).get(`${path}/corrections`))).toEqual([404, "order_not_found"]);
  expect((await api.as(alice).get(`${path.replace(/1$/, "3")}/corrections`)).status).toBe(404);
});

const found = async (word: string, id: string) => {
  const answer = await api.as(alice).get(`/search?q=${word}&order_id=${id}`);
  return z.object({ results: z.array(z.object({ page: z.int() })) }).parse(await answer.json()).results;
};

test("the search finds the corrected words at once, and the earlier ones no more", async () => {
  const { id, path, tag } = await completed();
  expect(await found("mado", id)).toEqual([{ page: 1 }, { page: 2 }]);
  await patch(path, tag, replace("quokka"));
  expect(await redis.zScore(unindexedKey, id)).toBeNull();
  expect(await found("quokka", id)).toEqual([{ page: 1 }]);
  expect(await found("mado", id)).toEqual([{ page: 2 }]);
});

test("an order that is indexed later is indexed with its corrections", async () => {
  const { id, path, tag } = await completed();
  await patch(path, tag, replace("wombat"));
  await redis.zAdd(unindexedKey, { score: 1, value: id });
  expect(await found("wombat", id)).toEqual([{ page: 1 }]);
});

test("the fields of a form have the corrected words", async () => {
  const { path, tag, result } = await completed();
  const operations = [
    { op: "replace", word: 2, text: "Surname:" },
    { op: "replace", word: 3, text: "Simonis" },
  ];
  await patch(path, tag, { operations });
  const fields = z.object({ pages: z.array(z.object({ fields: z.array(z.looseObject({})) })) });
  const read = async (rest: string) => fields.parse(JSON.parse(await textOf(`${result}/fields.json${rest}`)));
  const [first, second] = (await read("")).pages;
  expect(first?.fields).toMatchObject([{ label: "Surname", value: "Simonis", confidence: null }]);
  expect(second?.fields).toEqual([]);
  expect((await read("?original")).pages[0]?.fields).toEqual([]);
});

test("corrections stay with an archived order, and leave nothing when it is removed", async () => {
  const { id, path, tag, order } = await completed();
  expect((await patch(path, tag, replace("before"))).status).toBe(200);
  expect(await archive.archive(id)).toBe("archived");
  expect(await textOf(`${path}.json`)).toContain("before");
  const again = await patch(path, (await tagOf(path)) ?? "", replace("after"));
  expect(pageSchema.parse(await again.json()).revision).toBe(2);
  expect((await api.as(alice).post(`/orders/${id}/remove`)).status).toBe(204);
  await archive.archive(id);
  expect(await results.revisions(order)).toEqual(new Map());
  expect(await results.orders()).not.toContain(id);
  expect(await codeOf(await patch(path, tag, replace("x")))).toEqual([404, "order_not_found"]);
});
