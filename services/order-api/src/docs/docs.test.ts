import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { openOrderApi } from "../../../../tests/order-api/order-api.ts";

const { app, redis } = openOrderApi("redis://127.0.0.1:1");
afterAll(() => redis.destroy());

const ofAuthApi = ["/token", "/session", "/session/options", "/session/refresh", "/.well-known/jwks.json"];

test("the document has every operation, with its responses and the ways to send the token", async () => {
  const document = z
    .object({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), z.json())) })
    .loose()
    .parse(await (await app.request("/openapi.json")).json());
  expect(document.openapi).toBe("3.1.0");
  const endpoints = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]) => {
      const { operationId, responses, security } = z
        .object({
          ...{ operationId: z.string(), responses: z.record(z.string(), z.json()) },
          security: z.array(z.json()),
        })
        .parse(route);
      expect(security).toEqual(ofAuthApi.includes(path) ? [] : [{ password: [] }, { bearer: [] }]);
      return `${operationId}: ${method} ${path} ${Object.keys(responses).join(" ")}`;
    }),
  );
  expect(endpoints).toEqual([
    "placeOrder: post /orders 202 400 401 403 408 409 413 415 422 429 503",
    "listOrders: get /orders 200 401 422 429 503",
    "followOrders: get /orders/events 200 400 401 429 503",
    "getOrder: get /orders/{id} 200 401 404 429 503",
    "cancelOrder: delete /orders/{id} 200 401 403 404 409 503",
    "getOrderPages: get /orders/{id}/pages 200 401 404 429 503",
    "getResult: get /orders/{id}/result 200 304 401 404 406 409 422 429 503",
    "getResultFile: get /orders/{id}/result.{format} 200 304 401 404 409 422 429 503",
    "getResultFields: get /orders/{id}/result/fields.json 200 304 401 404 409 422 429 503",
    "getResultTables: get /orders/{id}/result/tables.json 200 304 401 404 409 422 429 503",
    "getResultTablesAsCsv: get /orders/{id}/result/tables.csv 200 304 401 404 409 422 429 503",
    "getPage: get /orders/{id}/result/pages/{page}.json 200 304 401 404 409 422 429 503",
    "getPageImage: get /orders/{id}/result/pages/{page}.png 200 206 304 401 404 409 416 429 503",
    "getPageOriginal: get /orders/{id}/result/pages/{page}/original.jpg 200 206 304 401 404 409 416 429 503",
    "getPageTile: get /orders/{id}/result/pages/{page}/tiles/{level}/{column}_{row}.jpg " +
      "200 304 401 404 409 429 503",
    "getPageToCorrect: get /orders/{id}/result/pages/{page} 200 304 401 404 409 422 429 503",
    "correctPage: patch /orders/{id}/result/pages/{page} " +
      "200 400 401 403 404 408 409 412 413 415 422 428 429 503",
    "getPageCorrections: get /orders/{id}/result/pages/{page}/corrections 200 304 401 404 409 429 503",
    "followOrder: get /orders/{id}/events 200 204 400 401 404 429 503",
    "retryOrder: post /orders/{id}/retry 202 401 403 404 409 429 503",
    "removeOrder: post /orders/{id}/remove 204 401 403 404 503",
    "cancelOrders: post /orders/cancel 200 400 401 403 408 413 415 422 503",
    "retryOrders: post /orders/retry 200 400 401 403 408 413 415 422 429 503",
    "searchOrders: get /search 200 401 422 429 503",
    "listDocuments: get /documents 200 401 422 429 503",
    "getStack: get /stack 200 401 403 429 503",
    "createToken: post /token 200 400 401 413 415 422 429 503",
    "beginSession: post /session 200 400 401 403 413 415 422 429 503",
    "endSession: delete /session 204 403 503",
    "refreshSession: post /session/refresh 200 401 403 503",
    "sessionOptions: get /session/options 200 403 503",
    "getTokenKeys: get /.well-known/jwks.json 200 405",
  ]);
  const references = [...JSON.stringify(document).matchAll(/"#\/([^"]+)"/g)].map(
    ([, reference = ""]) => reference,
  );
  expect(references.length).toBeGreaterThan(10);
  for (const reference of new Set(references)) {
    const referred = reference.split("/").reduce<unknown>((at, name) => Object(at)[name], document);
    expect(referred, reference).toBeDefined();
  }
});

test("no value that may be null must also match a schema that forbids null", async () => {
  const document = z.json().parse(await (await app.request("/openapi.json")).json());
  expect(JSON.stringify(document).match(/"allOf":\[[^\]]*"null"[^\]]*\]/g)).toBeNull();
});

test("the page and all its files are served, under any prefix", async () => {
  const page = await app.request("/docs");
  expect(page.headers.get("Content-Security-Policy")).toMatch(/^default-src 'none'; script-src 'self';/);
  const html = await page.text();
  const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = ""]) => link);
  expect(links).toHaveLength(5);
  expect(html).not.toMatch(/<script>|style=|\son\w+=/);
  for (const link of links) {
    for (const prefix of ["", "/order"]) {
      const { host, pathname } = new URL(link, `http://localhost${prefix}/docs`);
      expect([host, pathname]).toEqual(["localhost", `${prefix}/${link}`]);
    }
    const part = await app.request(`/${link}`);
    expect(part.status, link).toBe(200);
    expect(part.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect((await part.arrayBuffer()).byteLength).toBeGreaterThan(10);
  }
  expect((await app.request("/docs/package.json")).status).toBe(404);
  expect((await app.request("/docs/..%2fdocs.ts")).status).toBe(404);
});

test("/docs/ leads to /docs under any prefix", async () => {
  const { status, headers } = await app.request("/docs/");
  expect(status).toBe(302);
  const location = headers.get("Location") ?? "";
  expect(new URL(location, "http://localhost/order/docs/").pathname).toBe("/order/docs");
});
