import { createServer, type Server } from "node:http";
import { afterEach, expect, test } from "vitest";
import { Customer } from "./customer.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A service with these answers. @returns its address, and the requests it has seen */
async function serve(answer: (path: string, count: number) => [status: number, body: object]) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    seen.push(path);
    const [status, body] = answer(path, seen.length);
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, seen };
}

test("calls at the same time share one login, and each user has their own", async () => {
  const { url, seen } = await serve((_, count) => [200, { access_token: `t${count}`, expires_in: 30 }]);
  const customer = new Customer(url);
  expect(await Promise.all([customer.validToken(), customer.validToken()])).toEqual(["t1", "t1"]);
  expect(await customer.validToken("bob")).toBe("t2");
  expect(await customer.validToken()).toBe("t1");
  expect(seen).toHaveLength(2);
});

test("a login that failed is not kept", async () => {
  const { url } = await serve((_, count) =>
    count === 1 ? [503, { code: "busy" }] : [200, { access_token: "later", expires_in: 30 }],
  );
  const customer = new Customer(url);
  await expect(customer.validToken()).rejects.toThrow('/token answered 503: {"code":"busy"}');
  expect(await customer.validToken()).toBe("later");
});

test("all pages of the list are read", async () => {
  const page = (order_id: string, next: string | null) => ({ orders: [{ order_id }], next });
  const { url, seen } = await serve((path) => {
    if (path === "/token") return [200, { access_token: "t", expires_in: 30 }];
    return [200, path.includes("cursor") ? page("b", null) : page("a", "x+y")];
  });
  expect(await new Customer(url).orderIds("title_number=AB1")).toEqual(["a", "b"]);
  expect(seen.at(-1)).toBe("/orders?limit=100&title_number=AB1&cursor=x%2By");
});
