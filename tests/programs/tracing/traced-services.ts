import { once } from "node:events";
import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { hasEnded, orderStatusSchema } from "@orbital-witness/common/orders/order.ts";
import { expect, onTestFinished } from "vitest";
import { z } from "zod";
import { freePort } from "../../free-port.ts";
import { redisUrlAs } from "../../redis/redis-container.ts";
import { startService } from "../service-process.ts";
import { testKeys } from "../token-keys.ts";

const { environment: keys } = testKeys("0123456789abcdef0123456789abcdef");
const mainOf = (service: string) => new URL(`../../../services/${service}/src/main.ts`, import.meta.url);
const loginAnswer = z.object({ access_token: z.string() });
const orderAnswer = z.object({ order_id: z.string(), status: orderStatusSchema });

export type Answer = { status: number; body: Buffer | string };

/**
 * The services as programs, as the stack runs them, for one test. They send their spans to `endpoint`;
 * without one they record none. `answer`: of the document source.
 */
export async function startTracedServices(
  redisUrl: string,
  endpoint: string | undefined,
  answer: () => Answer,
) {
  const tracing = endpoint === undefined ? {} : { OTLP_ENDPOINT: endpoint };
  const [results, uploads, search] = [folderOfServices(), folderOfServices(), folderOfServices()];
  /** The headers of the requests for documents. */
  const fetched: Record<string, unknown>[] = [];
  const source = createServer((request, response) => {
    const isThere = request.url?.endsWith("/lease.png");
    if (isThere) fetched.push(request.headers);
    const { status, body } = isThere ? answer() : { status: 404, body: "" };
    response.writeHead(status).end(body);
  }).listen(await freePort(), "127.0.0.1");
  await once(source, "listening");
  onTestFinished(() => {
    source.closeAllConnections();
    source.close();
  });
  const address = source.address();
  const sourcePort = address !== null && typeof address === "object" ? address.port : 0;

  async function start(service: string, env: Record<string, string>) {
    const port = await freePort();
    const variables = { PORT: String(port), PATH: process.env.PATH ?? "", ...tracing, ...env };
    const running = startService(mainOf(service), variables);
    const url = `http://127.0.0.1:${port}`;
    const status = () => fetch(`${url}/readyz`).then((response) => response.status);
    await expect.poll(() => status().catch(() => 0), { timeout: 60_000 }).toBe(200);
    return { ...running, url };
  }

  const [authApi, orderApi] = await Promise.all([
    start("auth-api", {
      ...keys,
      ...{ ACCOUNTS_FOLDER: folderOfServices(), DEMO_USERS: "true", SESSION_SECRET: "s".repeat(32) },
      TOKEN_SECONDS: "600",
    }),
    start("order-api", {
      ...{ TOKEN_KEYS: keys.TOKEN_KEYS, REDIS_URL: redisUrlAs("order-api", redisUrl) },
      ...{ RESULTS_FOLDER: results, UPLOADS_FOLDER: uploads, SEARCH_FOLDER: search },
    }),
  ]);
  const startWorker = (INSTANCE: string) =>
    start("ocr-worker", {
      ...{ INSTANCE, REDIS_URL: redisUrlAs("ocr-worker", redisUrl) },
      ...{ RESULTS_FOLDER: results, UPLOADS_FOLDER: uploads },
      DOCUMENTS_URL: `http://127.0.0.1:${sourcePort}`,
    });

  /** Requests as alice, who signs in first. `headers` are added to each. */
  async function customer(headers: Record<string, string> = {}) {
    const signIn = new URLSearchParams({ username: "alice", password: "password" });
    const signedIn = await fetch(`${authApi.url}/token`, { method: "POST", body: signIn, headers });
    const { access_token } = loginAnswer.parse(await signedIn.json());
    const request = (path: string, init: RequestInit = {}) =>
      fetch(`${orderApi.url}${path}`, {
        ...init,
        headers: { Authorization: `Bearer ${access_token}`, ...headers },
      });
    const find = async (orderId: string) =>
      orderAnswer.parse(await (await request(`/orders/${orderId}`)).json()).status;
    return {
      request,
      order: async () => {
        const body = new URLSearchParams({ title_number: "OW12345678", document_type: "lease" });
        const response = await request("/orders", { method: "POST", body });
        expect(response.status).toBe(202);
        return orderAnswer.parse(await response.json()).order_id;
      },
      /** Waits for the order's end. Returns its status. */
      ended: async (orderId: string) => {
        const over = { timeout: 60_000, interval: 200 };
        await expect.poll(async () => hasEnded(await find(orderId)), over).toBe(true);
        return find(orderId);
      },
    };
  }
  return { fetched, authApi, orderApi, startWorker, customer };
}

/** Processes that were just killed may still write to it. */
function folderOfServices(): string {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), "orbital-witness-traces-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  return folder;
}
