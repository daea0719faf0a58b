import { documentTypes } from "@orbital-witness/common/orders/order.ts";
import { afterAll, expect, test } from "vitest";
import { alice, charlie, codeOf, expired, lease, openOrderApi } from "../../../tests/order-api/order-api.ts";

// Nothing listens on port 1, so every answer here comes without Redis.
const api = openOrderApi("redis://127.0.0.1:1");
afterAll(() => api.redis.destroy());

async function order(fields: Record<string, unknown>, authorization?: string) {
  const headers = {
    "Content-Type": "application/json",
    ...(authorization && { Authorization: authorization }),
  };
  const response = await api.send("POST", "/orders", { body: JSON.stringify(fields), headers });
  return { response, body: await response.json() };
}

const anOrder = `/orders/${crypto.randomUUID()}`;
/** Every endpoint, as method and path. */
const endpoints = [
  ["POST", "/orders"],
  ["GET", "/orders"],
  ["GET", anOrder],
  ["DELETE", anOrder],
  ["GET", `${anOrder}/result`],
  ["GET", `${anOrder}/result.txt`],
  ["GET", `${anOrder}/result/pages/1.png`],
  ["GET", `${anOrder}/result/pages/1/original.jpg`],
  ["GET", `${anOrder}/result/pages/1/tiles/0/0_0.jpg`],
  ["GET", `${anOrder}/events`],
  ["POST", `${anOrder}/retry`],
  ["GET", "/search?q=lease"],
] as const;

test.each(endpoints)("%s %s without a token: 401 and a plain challenge", async (method, path) => {
  const { status, headers } = await api.send(method, path);
  expect(status).toBe(401);
  expect(headers.get("WWW-Authenticate")).toBe("Bearer");
});

test("a bad token is 401 with the reason", async () => {
  const inHeader = await order(lease, `Bearer ${expired}`);
  const inForm = await order({ ...lease, token: expired });
  for (const { response, body } of [inHeader, inForm]) {
    expect(response.status).toBe(401);
    expect(response.headers.get("WWW-Authenticate")).toBe(
      'Bearer error="invalid_token", error_description="The token has expired."',
    );
    expect(body).toMatchObject({ code: "token_expired" });
  }
  expect((await order(lease, "Bearer x.y.z")).body).toMatchObject({ code: "token_invalid" });
});

test.each([
  ["given twice", `token=${alice}&token=${alice}`, "application/x-www-form-urlencoded"],
  ["a list", JSON.stringify({ ...lease, token: [alice] }), "application/json"],
  ["no string", JSON.stringify({ ...lease, token: null }), "application/json"],
])("a field token that is %s is 401, even with a good token in the header", async (_, body, type) => {
  for (const header of [{}, { Authorization: `Bearer ${alice}` }]) {
    const headers = { "Content-Type": type, ...header };
    const response = await api.send("POST", "/orders", { body, headers });
    expect(response.status).toBe(401);
    expect(response.headers.get("WWW-Authenticate")).toBe(
      'Bearer error="invalid_token", error_description="The field token must hold a single token."',
    );
    expect(await response.json()).toMatchObject({ code: "token_invalid" });
  }
});

test("a user who may not order gets 403 for ordering and changing, before other checks", async () => {
  for (const { response, body } of [await order({}, `Bearer ${charlie}`), await order({ token: charlie })]) {
    expect(response.status).toBe(403);
    expect(body).toMatchObject({ code: "cannot_order" });
  }
  expect(await codeOf(await api.as(charlie).delete("/orders/1"))).toEqual([403, "cannot_order"]);
  expect(await codeOf(await api.as(charlie).post("/orders/1/retry"))).toEqual([403, "cannot_order"]);
});

test("an empty field token counts as missing", async () => {
  expect((await order({ ...lease, token: "" })).response.headers.get("WWW-Authenticate")).toBe("Bearer");
  expect((await order({ title_number: "?", token: "" }, `Bearer ${alice}`)).response.status).toBe(422);
});

test("two different tokens are rejected", async () => {
  expect((await order({ ...lease, token: charlie }, `Bearer ${alice}`)).response.status).toBe(400);
});

test("wrong fields are 422 and say what is allowed", async () => {
  const { response, body } = await order(
    { title_number: "../../x", document_type: "will" },
    `Bearer ${alice}`,
  );
  expect(response.status).toBe(422);
  expect(body).toMatchObject({
    code: "invalid_fields",
    errors: [
      { field: "title_number", message: expect.stringContaining("OW and eight digits") },
      { field: "document_type", message: `must be one of ${documentTypes.join(", ")}` },
    ],
  });
});

test.each([
  ["{", "application/json", 400],
  ["a", "text/plain", 415],
  ["x".repeat(65_537), "application/x-www-form-urlencoded", 413],
])("a body that cannot be read is %#: %i", async (body, type, status) => {
  const headers = { "Content-Type": type, Authorization: `Bearer ${alice}` };
  expect((await api.send("POST", "/orders", { body, headers })).status).toBe(status);
});

test("a compressed body is refused with 415, before a token in it is read", async () => {
  for (const headers of [{}, { Authorization: `Bearer ${alice}` }]) {
    const response = await api.send("POST", "/orders", {
      body: JSON.stringify({ ...lease, token: alice }),
      headers: { "Content-Type": "application/json", "Content-Encoding": "gzip", ...headers },
    });
    expect(response.headers.get("Accept-Encoding")).toBe("identity");
    expect(await codeOf(response)).toEqual([415, "unsupported_content_encoding"]);
  }
});

test("the error names a field that is given twice", async () => {
  const response = await api.send("POST", "/orders", {
    body: "title_number=OW12345678&title_number=OW12345679&document_type=lease",
    headers: { "Content-Type": "application/x-www-form-urlencoded", Authorization: `Bearer ${alice}` },
  });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    errors: [{ field: "title_number", message: "must be given once, with a single value" }],
  });
});

test.each([
  [anOrder, anOrder],
  ["/orders/1", "/orders/{id}"],
])("%s/pages/1.png is 404 and names the picture's path", async (order, shown) => {
  const response = await api.app.request(`${order}/pages/1.png`);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({
    code: "not_found",
    detail: expect.stringContaining(`The picture of the page is at ${shown}/result/pages/1.png.`),
  });
});

test.each([
  [anOrder, anOrder],
  ["/orders/1", "/orders/{id}"],
])("%s/text is 404 and names the text's path", async (order, shown) => {
  const response = await api.app.request(`${order}/text`);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({
    ...{ code: "not_found", detail: expect.stringContaining(`The text is at ${shown}/result.txt.`) },
  });
});

test.each(["a b", "\u00e9", "a".repeat(256), ""])("Idempotency-Key %j is 400", async (key) => {
  const response = await api.as(alice, { "Idempotency-Key": key }).post("/orders", lease);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    code: "invalid_header",
    detail: "Idempotency-Key must be 1 to 255 visible ASCII characters",
  });
});

test.each([
  ["limit=0", "limit must be a whole number from 1 to 100"],
  ["limit=101", "limit must be a whole number from 1 to 100"],
  ["limit=", "limit must be a whole number from 1 to 100"],
  ["limit=0x10", "limit must be a whole number from 1 to 100"],
  ["limit=2&limit=3", "limit must be given once, with a single value"],
  ["cursor=x", "cursor must be the `next` of a list with the same `sort`"],
  ["cursor=", "cursor must be the `next` of a list with the same `sort`"],
  ["cursor=%00", /^cursor must be the `next` of a list with the same `sort`$/],
  ["status=done", /^status must be one of queued, .*, cancelled$/],
  ["title_number=x", /^title_number must be/],
])("a list with ?%s is 422", async (query, detail) => {
  const response = await api.as(alice).get(`/orders?${query}`);
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ detail: expect.stringMatching(detail) });
});

test.each([
  ["", 'q is required: words or a "phrase", at most 200 characters'],
  ["q=", "q must have at least one letter or digit"],
  ["q=%22*-%22", "q must have at least one letter or digit"],
  [`q=${"x".repeat(201)}`, "q must have at most 200 characters"],
  [`q=${"x+".repeat(17)}`, "q must have at most 16 words and phrases"],
  ["q=lease+a*", "q must have at least 2 letters or digits before an asterisk"],
  ["q=x&q=y", "q must be given once, with a single value"],
  ["q=x&limit=0", /^limit must be/],
  ["q=x&cursor=x", "cursor must be the `next` of a search"],
  ["q=x&cursor=%00", /^cursor must be the `next` of a search$/],
  ["q=x&title_number=x", /^title_number must be/],
  ["q=x&document_type=will", /^document_type must be/],
])("a search with ?%s is 422", async (query, detail) => {
  const response = await api.as(alice).get(`/search?${query}`);
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ detail: expect.stringMatching(detail) });
});

test("a malformed order id is 404 without asking Redis", async () => {
  for (const path of ["/orders/1", "/orders/..%2Fx", "/orders/1/result.txt", "/orders/1/events"]) {
    expect(await codeOf(await api.as(alice).get(path))).toEqual([404, "order_not_found"]);
  }
  expect(await codeOf(await api.as(alice).delete("/orders/1"))).toEqual([404, "order_not_found"]);
  expect(await codeOf(await api.as(alice).post("/orders/1/retry"))).toEqual([404, "order_not_found"]);
});

test("while Redis is away, ordering, reading, changing and /readyz get 503", async () => {
  const { response, body } = await order(lease, `Bearer ${alice}`);
  expect(response.status).toBe(503);
  expect(response.headers.get("Retry-After")).toBe("1");
  expect(body).toMatchObject({
    code: "queue_unavailable",
    detail: expect.stringContaining("no order will appear later"),
  });
  const withKey = await api.as(alice, { "Idempotency-Key": "k" }).post("/orders", lease);
  expect(withKey.status).toBe(503);
  expect(await withKey.json()).toMatchObject({
    code: "queue_unavailable",
    detail: expect.stringContaining("may still appear, but only under this Idempotency-Key"),
  });
  for (const [method, path] of endpoints.slice(1)) {
    const headers = { Authorization: `Bearer ${alice}` };
    expect(await codeOf(await api.send(method, path, { headers }))).toEqual([503, "store_unavailable"]);
  }
  expect((await api.app.request("/readyz")).status).toBe(503);
  expect((await api.app.request("/livez")).status).toBe(200);
});

test.each([
  ["/orders", "POST, GET, HEAD, OPTIONS"],
  [anOrder, "GET, HEAD, DELETE, OPTIONS"],
  [`${anOrder}/result`, "GET, HEAD, OPTIONS"],
  [`${anOrder}/result.txt`, "GET, HEAD, OPTIONS"],
  [`${anOrder}/result/pages/1.png`, "GET, HEAD, OPTIONS"],
  [`${anOrder}/result/pages/1/original.jpg`, "GET, HEAD, OPTIONS"],
  [`${anOrder}/result/pages/1/tiles/0/0_0.jpg`, "GET, HEAD, OPTIONS"],
  [`${anOrder}/events`, "GET, HEAD, OPTIONS"],
  [`${anOrder}/retry`, "POST, OPTIONS"],
  ["/search", "GET, HEAD, OPTIONS"],
  ["/openapi.json", "GET, HEAD, OPTIONS"],
  ["/docs", "GET, HEAD, OPTIONS"],
  ["/docs/page.js", "GET, HEAD, OPTIONS"],
])("%s names the allowed methods: %s", async (path, allowed) => {
  const wrong = await api.app.request(path, { method: "PUT" });
  expect([wrong.status, wrong.headers.get("Allow")]).toEqual([405, allowed]);
  const options = await api.app.request(path, { method: "OPTIONS" });
  expect([options.status, options.headers.get("Allow")]).toEqual([204, allowed]);
});

const nowhere = `${anOrder}/result/pages/1.png`;
test.each([
  ["reads", ["/orders", anOrder, "/orders?limit=1"]],
  ["downloads", [`${anOrder}/result`, `${anOrder}/result.pdf`, nowhere]],
  ["searches", ["/search?q=lease", "/search?q=lease", "/search"]],
  ["streams", [`${anOrder}/events`, `${anOrder}/events`, `${anOrder}/events`]],
] as const)("%s count towards one limit per user, and towards no other", async (kind, [one, two, three]) => {
  const all = { reads: 9, downloads: 9, searches: 9, streams: 9 };
  const few = openOrderApi("redis://127.0.0.1:1", { readLimits: { ...all, [kind]: 2 } });
  expect((await few.send("GET", one)).status).toBe(401);
  const first = await few.as(alice).get(one);
  expect(first.headers.get("RateLimit-Policy")).toBe(`"${kind}";q=2;w=60`);
  expect(first.headers.get("RateLimit")).toMatch(new RegExp(`^"${kind}";r=1;`));
  expect((await few.as(alice).get(two)).status).not.toBe(429);
  const third = await few.as(alice).get(three);
  expect(await codeOf(third)).toEqual([429, "rate_limited"]);
  expect(Number(third.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect((await few.as(charlie).get(three)).status).not.toBe(429);
  const others = { reads: "/orders", downloads: nowhere, searches: "/search", streams: `${anOrder}/events` };
  for (const [other, path] of Object.entries(others)) {
    if (other !== kind) expect((await few.as(alice).get(path)).status, other).not.toBe(429);
  }
  few.redis.destroy();
});

test("tiles have ten times the limit of downloads, and do not count as such", async () => {
  const few = openOrderApi("redis://127.0.0.1:1", {
    readLimits: { reads: 9, downloads: 1, searches: 9, streams: 9 },
  });
  const tile = `${anOrder}/result/pages/1/tiles/0/0_0.jpg`;
  const first = await few.as(alice).get(tile);
  expect(first.headers.get("RateLimit-Policy")).toBe('"tiles";q=10;w=60');
  for (let more = 0; more < 9; more++) expect((await few.as(alice).get(tile)).status).not.toBe(429);
  expect(await codeOf(await few.as(alice).get(tile))).toEqual([429, "rate_limited"]);
  expect((await few.as(alice).get(nowhere)).status).not.toBe(429);
  few.redis.destroy();
});

test("orders and retries count towards one limit per user", async () => {
  const few = openOrderApi("redis://127.0.0.1:1", { ordersPerMinute: 2 });
  const first = await few.as(alice).post("/orders", lease);
  expect(first.headers.get("RateLimit")).toMatch(/^"orders";r=1;/);
  await few.as(alice).post("/orders/1/retry");
  const third = await few.as(alice).post("/orders", lease);
  expect(await codeOf(third)).toEqual([429, "rate_limited"]);
  expect(Number(third.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect(await codeOf(await few.as(alice).post("/orders/1/retry"))).toEqual([429, "rate_limited"]);
  expect((await few.as(alice).delete("/orders/1")).status).toBe(404);
  few.redis.destroy();
});
