import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { OidcIssuer } from "../../../../../tests/order-api/oidc-issuer.ts";
import {
  alice,
  codeOf,
  lease,
  type OrderApi,
  openOrderApi,
  orderIdOf,
} from "../../../../../tests/order-api/order-api.ts";
import { orderServices, redisDatabase } from "../../../../../tests/redis/redis-database.ts";
import { tokenIssuerOf } from "./issuer-variables.ts";

const { redis } = orderServices();
const [issuer, other] = await Promise.all([OidcIssuer.start(), OidcIssuer.start()]);
const issuers = [issuer, other] as const;
afterAll(() => Promise.all(issuers.map((each) => each.close())));

function apiFor(url: string) {
  return openOrderApi(redisDatabase(), { tokenIssuer: tokenIssuerOf({ TOKEN_ISSUER: url }) });
}
const api = apiFor(issuer.url);
afterAll(() => api.close());

/** An Order API for one test, once it has its connection to Redis. */
async function anotherApi(url: string): Promise<OrderApi> {
  const another = apiFor(url);
  onTestFinished(() => another.close());
  const isReady = async () => (await another.app.request("/readyz")).status;
  await expect.poll(isReady, { timeout: 15_000 }).toBe(200);
  return another;
}

/** Alice has the user id 1 in our own Auth API, and "1" is a subject of both issuers. */
let ofIssuer: string;
let ofOther: string;
beforeAll(async () => {
  ofIssuer = (await issuer.signIn("1", "orders:write")).access_token;
  ofOther = (await other.signIn("1", "orders:write")).access_token;
});

test("a person of the issuer orders, and sees the own orders only", async () => {
  const { access_token } = await issuer.signIn("ann", "orders:write");
  const response = await api.as(access_token).post("/orders", lease);
  const id = await orderIdOf(response.clone());
  expect(await response.json()).toMatchObject({ user_id: expect.toSatisfy((user) => user > 10 ** 12) });
  expect((await api.as(access_token).get(`/orders/${id}`)).status).toBe(200);
  for (const someone of [alice, ofIssuer]) {
    expect(await codeOf(await api.as(someone).get(`/orders/${id}`))).toEqual([404, "order_not_found"]);
  }
  expect(await (await api.as(access_token).get("/orders")).json()).toMatchObject({
    orders: [{ order_id: id }],
  });
});

test("without the scope to order, a person may only read", async () => {
  const { access_token } = await issuer.signIn("ann", "orders:read");
  expect((await api.as(access_token).get("/orders")).status).toBe(200);
  expect(await codeOf(await api.as(access_token).post("/orders", lease))).toEqual([403, "cannot_order"]);
});

test("an ID token, a token for another service and one of another issuer are refused", async () => {
  const elsewhere = await OidcIssuer.start({ audience: "https://elsewhere.example.org" });
  onTestFinished(() => elsewhere.close());
  const second = await anotherApi(elsewhere.url);
  const { id_token } = await issuer.signIn("ann", "orders:write");
  const { access_token } = await elsewhere.signIn("ann", "orders:write");
  for (const answer of [
    await api.as(id_token).get("/orders"),
    await second.as(access_token).get("/orders"),
    await api.as(ofOther).get("/orders"),
  ]) {
    expect(answer.headers.get("WWW-Authenticate")).toMatch(/^Bearer error="invalid_token"/);
    expect(await codeOf(answer)).toEqual([401, "token_invalid"]);
  }
});

test("equal subjects of two issuers, and an equal id of ours, are different users", async () => {
  const second = await anotherApi(other.url);
  const users = [api.as(alice), api.as(ofIssuer), second.as(ofOther)];
  const ids = await Promise.all(users.map(async (user) => orderIdOf(await user.post("/orders", lease))));
  for (const [index, user] of users.entries()) {
    const statuses = await Promise.all(ids.map(async (id) => (await user.get(`/orders/${id}`)).status));
    expect(statuses).toEqual(ids.map((_, of) => (of === index ? 200 : 404)));
  }
});

test("a person keeps the id in other services, and gets only one for many requests at once", async () => {
  const { access_token } = await issuer.signIn("ben", "orders:write");
  const apis = await Promise.all([1, 2, 3].map(() => anotherApi(issuer.url)));
  const ids = await Promise.all(
    apis.map(async (each) => {
      const response = await each.as(access_token).post("/orders", lease);
      return z.object({ user_id: z.int() }).parse(await response.json()).user_id;
    }),
  );
  expect(new Set(ids).size).toBe(1);
  expect(Number(await redis.hLen("identities"))).toBeGreaterThan(1);
});

test("while the issuer is away, its tokens are accepted; a new service cannot check them", async () => {
  const { access_token } = await issuer.signIn("cem", "orders:write");
  issuer.isAway = true;
  onTestFinished(() => {
    issuer.isAway = false;
  });
  expect((await api.as(access_token).post("/orders", lease)).status).toBe(202);
  const fresh = await anotherApi(issuer.url);
  const answer = await fresh.as(access_token).post("/orders", lease);
  expect(answer.headers.get("Retry-After")).toBe("5");
  expect(await codeOf(answer)).toEqual([503, "issuer_unavailable"]);
  expect((await fresh.as(alice).get("/orders")).status).toBe(200);
});
