import { setTimeout as pause } from "node:timers/promises";
import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import { packTiles, tilePlaces } from "@orbital-witness/common/results/tile-pyramid.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { alice, bob, codeOf, lease, openOrderApi, orderIdOf } from "../../../../tests/order-api/order-api.ts";
import { pageOf, pictureOf } from "../../../../tests/page-result.ts";
import { orderServices, redisDatabase } from "../../../../tests/redis/redis-database.ts";
import { claimed, claimedPages } from "../../../../tests/redis/sample-order.ts";
import { resultSchema } from "./formats/json.ts";
import { fieldsSchema, tablesSchema } from "./structure/structure-formats.ts";

const services = orderServices();
const { attempts, archive, folder, results } = services;
const api = openOrderApi(redisDatabase(), { resultsFolder: folder });
afterAll(() => api.close());
const { get } = api.as(alice);

const tooSlow = { code: "page_too_slow", message: "The page took longer than 45 s." };
const original = { width: 620, height: 877, scale: 2 };
const originalJpeg = Buffer.from("the page before it was turned");
const text = [
  [
    ["This", "LEASE"],
    ["is", "made"],
  ],
  [["2021"]],
];
const shown = pageOf(1, text);
const tiles = { size: 512, levels: 3 };
const packedTiles = packTiles(
  shown,
  tilePlaces(shown).map(({ level, x, y }) => Buffer.from(`tile ${level}/${x}_${y}`)),
);
const first = { ...shown, original, tiles };
const empty = pageOf(2);

/** Makes a completed order of alice. Its second page is empty, and its third page failed. */
async function completed(one: PageResult = first) {
  const id = await orderIdOf(await api.as(alice).post("/orders", lease));
  const order = await claimed(services, id);
  await attempts.recognizing(order, 3);
  await results.save(order, "1.original.jpg", originalJpeg);
  await results.save(order, "1.tiles", packedTiles);
  for (const read of [one, empty]) await results.savePage(order, read, await pictureOf(read));
  const page = await claimedPages(services, id, Array(3).fill("worker-1"));
  await attempts.endPage(page(1), "read");
  await attempts.endPage(page(2), "empty");
  await attempts.endPage(page(3), "failed", tooSlow);
  return { id, path: `/orders/${id}/result`, order };
}

let order: Awaited<ReturnType<typeof completed>>;
beforeAll(async () => {
  order = await completed();
});

const docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const typeOf = (response: Response) => response.headers.get("Content-Type")?.toLowerCase();

test.each([
  ["txt", "text/plain; charset=utf-8", /^This LEASE\nis made\n\n2021\n\f\f$/],
  ["json", "application/json", /^\{"order_id":/],
  ["hocr", "text/html; charset=utf-8", /<div class="ocr_page"/],
  ["tsv", "text/tab-separated-values; charset=utf-8", /^level\tpage_num\t/],
  ["alto.xml", "application/alto+xml; charset=utf-8", /<alto /],
  ["docx", docxType, /^PK/],
  ["md", "text/markdown; charset=utf-8", /^This LEASE\\\nis made\n\n2021\n\n---\n/],
  ["pdf", "application/pdf", /^%PDF-1\.7\n/],
])("result.%s is %s, named after the document", async (suffix, type, content) => {
  const response = await get(`${order.path}.${suffix}`);
  expect([response.status, typeOf(response)]).toEqual([200, type]);
  expect(await response.text()).toMatch(content);
  const { headers } = response;
  expect(headers.get("Content-Disposition")).toBe(`inline; filename="OW12345678-lease.${suffix}"`);
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(headers.get("Cache-Control")).toBe("private, no-cache");
});

test("the JSON has the text, the empty pages, the reasons of failed pages and who read them", async () => {
  const result = resultSchema.parse(await (await get(`${order.path}.json`)).json());
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
  const nothingDerived = { form: null, fields: [], tables: [] };
  const reading = { worker: "worker-1", started_at: time, ended_at: time, attempts: 1 };
  expect(result).toEqual({
    ...{ order_id: order.id, ...lease },
    pages: [
      { ...shown, empty: false, revision: 0, reading, ...nothingDerived },
      { ...empty, empty: true, revision: 0, reading, ...nothingDerived },
      { page: 3, error: tooSlow, reading },
    ],
  });
});

test("fields and tables are derived from the words of each page", async () => {
  const { path } = await completed(pageOf(1, [[["Surname:", "Conn"]]]));
  const answers = await Promise.all(
    ["fields.json", "tables.json", "tables.csv"].map((name) => get(`${path}/${name}`)),
  );
  expect(answers.map((answer) => [answer.status, typeOf(answer)])).toEqual([
    [200, "application/json"],
    [200, "application/json"],
    [200, "text/csv; charset=utf-8"],
  ]);
  const [fields, tables, csv] = answers;
  const tag = fields?.headers.get("ETag") ?? "";
  expect(fieldsSchema.parse(await fields?.json()).pages).toMatchObject([
    { page: 1, form: null, fields: [{ label: "Surname", value: "Conn" }] },
    { page: 2, form: null, fields: [] },
    { page: 3, error: tooSlow },
  ]);
  const { pages } = tablesSchema.parse(await tables?.json());
  expect(pages).toEqual([
    { page: 1, tables: [] },
    { page: 2, tables: [] },
    { page: 3, error: tooSlow },
  ]);
  expect(await csv?.text()).toBe("");
  expect((await api.as(alice, { "If-None-Match": tag }).get(`${path}/fields.json`)).status).toBe(304);
  expect((await api.as(bob).get(`${path}/fields.json`)).status).toBe(404);
  expect((await get(`${path}/fields.xml`)).status).toBe(404);
});

test("the result is the same after its order was archived", async () => {
  const { id, path } = await completed();
  const read = async (suffix: string) => Buffer.from(await (await get(`${path}.${suffix}`)).arrayBuffer());
  const formats = ["txt", "json", "tsv", "docx", "md", "pdf"];
  const before = await Promise.all(formats.map(read));
  expect(await archive.archive(id)).toBe("archived");
  for (const [index, format] of formats.entries()) expect(await read(format)).toEqual(before[index]);
});

test.each([
  [undefined, "application/json"],
  ["*/*", "application/json"],
  ["text/*", "text/plain; charset=utf-8"],
  ["application/*;q=0.5, text/tab-separated-values", "text/tab-separated-values; charset=utf-8"],
  ["text/plain;q=0.5, application/pdf;q=0.9", "application/pdf"],
  ["text/plain;q=0.3, text/*;q=0.8", "text/html; charset=utf-8"],
  ["application/json;q=0, */*", "text/plain; charset=utf-8"],
  ["text/markdown", "text/markdown; charset=utf-8"],
  [docxType, docxType],
  ["text/vnd.hocr+html", "text/vnd.hocr+html; charset=utf-8"],
  ["image/webp, Application/XML", "application/xml; charset=utf-8"],
  // The Accept header of a browser.
  ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"],
])("Accept %s gets %s", async (accept, type) => {
  const response = await api.as(alice, accept === undefined ? {} : { Accept: accept }).get(order.path);
  expect([response.status, typeOf(response)]).toEqual([200, type]);
  expect(response.headers.get("Vary")).toBe("Accept");
  await response.body?.cancel();
});

test("view=prepared is another representation of the PDF alone, and no other view exists", async () => {
  const tagOf = async (rest: string) => {
    const response = await get(`${order.path}${rest}`);
    await response.body?.cancel();
    return response.headers.get("ETag");
  };
  expect(await tagOf(".pdf?view=original")).toBe(await tagOf(".pdf"));
  expect(await tagOf(".pdf?view=prepared")).not.toBe(await tagOf(".pdf"));
  expect(await tagOf(".txt?view=prepared")).toBe(await tagOf(".txt"));
  const unknown = await get(`${order.path}.pdf?view=grey`);
  expect(unknown.status).toBe(422);
  expect(await unknown.json()).toMatchObject({ detail: "view must be one of original, prepared" });
});

test.each(["image/png", "text/plain;q=0", "*/*;q=0", "nonsense"])(
  "Accept %s: 406 that names the media types",
  async (accept) => {
    const response = await api.as(alice, { Accept: accept }).get(order.path);
    expect(response.headers.get("Vary")).toBe("Accept");
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({
      code: "not_acceptable",
      detail: expect.stringMatching(/application\/json, text\/plain, .*application\/pdf/),
    });
  },
);

test.each(["doc", "PDF", "xml", "txt.gz"])("result.%s: 404 that names the formats", async (suffix) => {
  const response = await get(`${order.path}.${suffix}`);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({
    code: "unknown_format",
    detail: expect.stringContaining(
      "result.json, result.txt, result.hocr, result.tsv, result.alto.xml, result.docx, result.md, result.pdf",
    ),
  });
});

test("the image of a page is the page as it was read; a failed or missing page is 404", async () => {
  const image = await get(`${order.path}/pages/1.png`);
  expect([image.status, typeOf(image)]).toEqual([200, "image/png"]);
  const bytes = Buffer.from(await image.arrayBuffer());
  expect(bytes.equals(await pictureOf(first))).toBe(true);
  expect(image.headers.get("Content-Length")).toBe(String(bytes.length));
  expect((await get(`${order.path}/pages/2.png`)).status).toBe(200);
  for (const name of ["0", "3", "4", "01", "-1", "1e0", "x", "..%2f1", "999999999999"]) {
    expect(await codeOf(await get(`${order.path}/pages/${name}.png`)), name).toEqual([404, "page_not_found"]);
  }
  const beyond = await get(`${order.path}/pages/4.png`);
  expect(await beyond.json()).toMatchObject({
    detail: "Page 4 has no result. The document has 3 pages.",
  });
  const failed = await get(`${order.path}/pages/3.png`);
  expect(await failed.json()).toMatchObject({
    detail: "Page 3 has no result. It could not be read: the order's `pages_failed` says why.",
  });
});

test("original.jpg is the page as it came; a page without it is 404 and names its picture", async () => {
  const image = await get(`${order.path}/pages/1/original.jpg`);
  expect([image.status, typeOf(image)]).toEqual([200, "image/jpeg"]);
  expect(Buffer.from(await image.arrayBuffer())).toEqual(originalJpeg);
  const { headers } = image;
  expect(headers.get("Content-Disposition")).toBe('inline; filename="OW12345678-lease.1.original.jpg"');
  for (const [page, detail] of [
    ["2", /neither turned nor straightened.* pages\/2\.png shows it\.$/],
    ["3", /Page 3 has no result. It could not be read/],
    ["4", /The document has 3 pages/],
    ["0", /The document has 3 pages/],
  ] as const) {
    const other = await get(`${order.path}/pages/${page}/original.jpg`);
    expect(await other.json()).toMatchObject({
      ...{ status: 404, code: "page_not_found" },
      detail: expect.stringMatching(detail),
    });
  }
});

test("tiles are read one by one and kept by browsers; other places and pages are 404", async () => {
  for (const place of ["0/0_0", "1/1_1", "2/2_3"]) {
    const tile = await get(`${order.path}/pages/1/tiles/${place}.jpg`);
    expect([tile.status, typeOf(tile), await tile.text()]).toEqual([200, "image/jpeg", `tile ${place}`]);
    const tag = tile.headers.get("ETag") ?? "";
    const again = await api
      .as(alice, { "If-None-Match": tag })
      .get(`${order.path}/pages/1/tiles/${place}.jpg`);
    expect([again.status, await again.text()]).toEqual([304, ""]);
    for (const { headers } of [tile, again]) {
      expect(headers.get("Cache-Control")).toBe("private, max-age=3600, immutable");
    }
  }
  for (const [place, detail] of [
    ["1/tiles/2/3_0", /^Page 1 has no such tile\. `image\.tiles` in pages\/1\.json says/],
    ["1/tiles/3/0_0", /no such tile/],
    ["1/tiles/0/-1_0", /no such tile/],
    ["1/tiles/0/0_9999999999999", /no such tile/],
    ["1/tiles/x/0_0", /no such tile/],
    ["2/tiles/0/0_0", /^Page 2 has no tiles\. pages\/2\.png shows it\.$/],
    ["3/tiles/0/0_0", /It could not be read/],
    ["0/tiles/0/0_0", /The document has 3 pages/],
  ] as const) {
    const other = await get(`${order.path}/pages/${place}.jpg`);
    expect(await other.json(), place).toMatchObject({
      ...{ status: 404, code: "page_not_found" },
      detail: expect.stringMatching(detail),
    });
  }
});

test("one page is the same as in the JSON result, with the number of pages; others are 404", async () => {
  const all = resultSchema.parse(await (await get(`${order.path}.json`)).json());
  for (const page of [1, 2]) {
    const response = await get(`${order.path}/pages/${page}.json`);
    expect([response.status, typeOf(response)]).toEqual([200, "application/json"]);
    const { width, height } = page === 1 ? first : empty;
    const image = { width, height, ...(page === 1 ? { original, tiles } : { original: null, tiles: null }) };
    expect(await response.json()).toEqual({ ...all.pages[page - 1], pages: 3, image });
  }
  for (const name of ["0", "3", "4", "01", "x", "999999999999"]) {
    expect(await codeOf(await get(`${order.path}/pages/${name}.json`)), name).toEqual([
      404,
      "page_not_found",
    ]);
  }
  const foreign = await api.as(bob).get(`${order.path}/pages/1.json`);
  expect(await codeOf(foreign)).toEqual([404, "order_not_found"]);
});

test("a client that has a representation gets 304 for it, and 200 for another", async () => {
  const paths = ["", ".pdf", "/pages/1.png", "/pages/1.json", "/pages/1/original.jpg"].map(
    (part) => `${order.path}${part}`,
  );
  for (const path of paths) {
    const tag = (await get(path)).headers.get("ETag") ?? "";
    expect(tag).toMatch(/\.(png|jpg)$/.test(path) ? /^"[^"]+"$/ : /^W\/"[^"]+"$/);
    for (const known of [tag, tag.replace("W/", ""), `W/${tag.replace("W/", "")}`, `"x", ${tag}`, "*"]) {
      const again = await api.as(alice, { "If-None-Match": known }).get(path);
      expect([again.status, again.headers.get("ETag"), await again.text()]).toEqual([304, tag, ""]);
    }
    const other = await api.as(alice, { "If-None-Match": '"x"' }).get(path);
    expect(other.status).toBe(200);
    await other.body?.cancel();
  }
  const tags = await Promise.all(
    ["json", "txt"].map(async (s) => (await get(`${order.path}.${s}`)).headers.get("ETag")),
  );
  expect(new Set(tags).size).toBe(2);
});

test.each(["/pages/1.png", "/pages/1/original.jpg"])(
  "a range of %s is 206, and a range beyond its end is 416",
  async (rest) => {
    const path = `${order.path}${rest}`;
    const whole = await get(path);
    const bytes = Buffer.from(await whole.arrayBuffer());
    const tag = whole.headers.get("ETag") ?? "";
    expect(whole.headers.get("Accept-Ranges")).toBe("bytes");
    const ranged = (headers: Record<string, string>) => api.as(alice, headers).get(path);
    for (const condition of [{}, { "If-Range": tag }]) {
      const part = await ranged({ Range: "bytes=8-19", ...condition });
      expect([part.status, part.headers.get("Content-Range"), part.headers.get("Content-Length")]).toEqual([
        206,
        `bytes 8-19/${bytes.length}`,
        "12",
      ]);
      expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(8, 20));
    }
    const changed = await ranged({ Range: "bytes=8-19", "If-Range": '"another"' });
    expect([changed.status, Buffer.from(await changed.arrayBuffer())]).toEqual([200, bytes]);
    const beyond = await ranged({ Range: `bytes=${bytes.length}-` });
    expect(beyond.headers.get("Content-Range")).toBe(`bytes */${bytes.length}`);
    expect(await codeOf(beyond)).toEqual([416, "range_not_satisfiable"]);
  },
);

test.each(["", ".txt", ".json", ".pdf"])(
  "result%s is sent whole, with Accept-Ranges: none",
  async (suffix) => {
    const response = await api.as(alice, { Range: "bytes=0-9" }).get(`${order.path}${suffix}`);
    expect([response.status, response.headers.get("Accept-Ranges")]).toEqual([200, "none"]);
    expect(response.headers.get("Content-Range")).toBeNull();
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(10);
  },
);

test("HEAD has the headers of GET, and no body", async () => {
  for (const path of [
    order.path,
    `${order.path}.alto.xml`,
    `${order.path}/pages/1.png`,
    `${order.path}/pages/1/original.jpg`,
  ]) {
    const whole = await get(path);
    const head = await api.send("HEAD", path, { headers: { Authorization: `Bearer ${alice}` } });
    const differs = ["x-request-id", "ratelimit"];
    const shown = (response: Response) => [...response.headers].filter(([name]) => !differs.includes(name));
    expect([head.status, shown(head)]).toEqual([200, shown(whole)]);
    expect(await head.text()).toBe("");
    await whole.body?.cancel();
  }
});

test("only the owner can read a result", async () => {
  for (const rest of ["", ".pdf", "/pages/1.png", "/pages/1/original.jpg", "/pages/1/tiles/0/0_0.jpg"]) {
    expect(await codeOf(await api.as(bob).get(`${order.path}${rest}`))).toEqual([404, "order_not_found"]);
    expect((await api.send("GET", `${order.path}${rest}`)).status).toBe(401);
  }
});

test("a user can download two PDFs at once, and a third is refused until one ends", async () => {
  const [pdf, begun] = [`${order.path}.pdf`, await Promise.all([1, 2].map(() => get(`${order.path}.pdf`)))];
  const refused = await get(pdf);
  expect([refused.headers.get("Retry-After"), await codeOf(refused)]).toEqual(["5", [503, "busy"]]);
  expect([refused.headers.get("Content-Type"), refused.headers.get("ETag")]).toEqual([
    "application/problem+json",
    null,
  ]);
  expect((await api.send("HEAD", pdf, { headers: { Authorization: `Bearer ${alice}` } })).status).toBe(200);
  const text = await get(`${order.path}.txt`);
  expect(text.status).toBe(200);
  for (const response of [text, ...begun]) await response.body?.cancel();
  expect(await (await get(pdf)).text()).toMatch(/%%EOF\s*$/);
});

test("of 40 concurrent results of one user some are refused, and all succeed when retried", async () => {
  const refusals: [string, string | null][] = [];
  const fetched = async (): Promise<string> => {
    for (;;) {
      const response = await get(`${order.path}.json`);
      if (response.status === 200) return response.text();
      const [, code] = await codeOf(response);
      refusals.push([code, response.headers.get("Retry-After")]);
      await pause(50);
    }
  };
  const results = await Promise.all(Array.from({ length: 40 }, fetched));
  expect(new Set(results).size).toBe(1);
  expect(refusals).toContainEqual(["busy", "2"]);
});

test("a result is 409 before the order's end, and 404 once its files are gone", async () => {
  const id = await orderIdOf(await api.as(alice).post("/orders", lease));
  const gone = await completed();
  await results.removeOrder(gone.id);
  for (const rest of ["", ".txt", "/pages/1.png", "/pages/1/original.jpg", "/pages/1/tiles/0/0_0.jpg"]) {
    const early = await get(`/orders/${id}/result${rest}`);
    expect(early.headers.get("Retry-After")).toBe("1");
    expect(await codeOf(early)).toEqual([409, "order_not_completed"]);
  }
  for (const rest of ["", ".txt", "/pages/1.png", "/pages/1/original.jpg", "/pages/1/tiles/0/0_0.jpg"]) {
    expect(await codeOf(await get(`${gone.path}${rest}`))).toEqual([404, "result_gone"]);
  }
});
