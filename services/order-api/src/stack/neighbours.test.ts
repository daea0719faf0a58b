import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, expect, test } from "vitest";
import { addHealthRoutes } from "../../../common/src/http/health.ts";
import { createHttpApp } from "../../../common/src/http/http-app.ts";
import { createLog } from "../../../common/src/log.ts";
import { askNeighbours } from "./neighbours.ts";

/** What services with a working and a broken dependency answer. */
async function readiness(check: () => Promise<unknown>) {
  const app = createHttpApp(createLog("test", "silent"));
  addHealthRoutes(app, { accounts: check });
  const answer = await app.request("/readyz");
  return { status: answer.status, body: await answer.text() };
}

const answers: Record<string, { status: number; body: string }> = {
  "/ready": await readiness(async () => {}),
  "/waiting": await readiness(() => Promise.reject(new Error("no file"))),
  "/broken": { status: 502, body: "<html>" },
};
const server = createServer((request, response) => {
  const answer = answers[request.url ?? ""];
  if (answer) response.writeHead(answer.status).end(answer.body);
}).listen(0, "127.0.0.1");
await once(server, "listening");
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
const address = server.address();
const base = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;

test.each([
  ["/ready", true, null],
  ["/waiting", false, "accounts"],
  ["/broken", false, null],
  ["/silent", false, null],
])("a part that answers as %s is healthy: %s, and waits for: %s", async (path, healthy, waits_for) => {
  expect(await askNeighbours({ "auth-api": base + path })).toEqual([
    { name: "auth-api", healthy, waits_for },
  ]);
});

test("a part without an address is left out, and one that is away is not healthy", async () => {
  expect(await askNeighbours({ "auth-api": undefined, router: "http://127.0.0.1:1" })).toEqual([
    { name: "router", healthy: false, waits_for: null },
  ]);
});
