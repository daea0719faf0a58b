import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { issueToken } from "@orbital-witness/common/tokens/access-token.ts";
import { afterAll, expect } from "vitest";
import { z } from "zod";
import { type OrderApiOptions, startOrderApi } from "../../services/order-api/src/order-api.ts";
import { testKeys } from "../programs/token-keys.ts";
import { redisUrlAs } from "../redis/redis-container.ts";
import { retentionSeconds, silentLog } from "../redis/redis-database.ts";

const { signing, verifying, environment } = testKeys("0123456789abcdef0123456789abcdef");
/** The environment variables that make the Order API accept the tokens below. */
export const keyEnvironment = { TOKEN_KEYS: environment.TOKEN_KEYS };

/** A token of user 1 (alice), 2 (bob, an operator) or 3 (charlie, who may not order). */
export function tokenOf(userId: 1 | 2 | 3, seconds: number): Promise<string> {
  const username = { 1: "alice", 2: "bob", 3: "charlie" }[userId];
  const rights = { can_order: userId !== 3, operator: userId === 2 };
  return issueToken(signing, { user_id: userId, username, ...rights }, seconds);
}

export const alice = await tokenOf(1, 600);
export const bob = await tokenOf(2, 600);
export const charlie = await tokenOf(3, 600);
export const expired = await tokenOf(1, -1);

const folder = mkdtempSync(path.join(tmpdir(), "orbital-witness-order-api-"));
/** Shared by all Order APIs that a test file opens. */
export const folders = {
  resultsFolder: path.join(folder, "results"),
  searchFolder: path.join(folder, "search"),
  uploadsFolder: path.join(folder, "uploads"),
};
for (const each of Object.values(folders)) mkdirSync(each);
afterAll(() => rmSync(folder, { recursive: true }));

export const lease = { title_number: "OW12345678", document_type: "lease" };

export type OrderApi = ReturnType<typeof openOrderApi>;

const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        responses: z.record(z.string(), z.object({ content: z.record(z.string(), z.unknown()).optional() })),
      }),
    ),
  ),
});

/** The Order API without a port. Its answers are checked against its OpenAPI document. */
export function openOrderApi(redisUrl: string, options: Partial<OrderApiOptions> = {}) {
  const api = startOrderApi({
    ...{
      log: silentLog,
      keys: verifying,
      redisUrl: redisUrlAs("order-api", redisUrl),
      retentionSeconds,
      ordersPerMinute: 1_000_000,
      documentMegabytes: 1,
      readLimits: { reads: 1_000_000, downloads: 1_000_000, searches: 1_000_000, streams: 1_000_000 },
      ...folders,
    },
    ...options,
  });

  async function send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    // As a customer, who asks a service that is ready.
    await api.listsStarted;
    const response = await api.app.request(path, { method, ...init });
    await expectDocumented(method, path, response);
    return response;
  }

  async function expectDocumented(method: string, path: string, response: Response): Promise<void> {
    const { paths } = documentSchema.parse(await (await api.app.request("/openapi.json")).json());
    const pathname = path.split("?", 1)[0] ?? "";
    const isOf = (template: string) =>
      new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(pathname);
    const route = Object.entries(paths).find(([template]) => isOf(template))?.[1][method.toLowerCase()];
    if (!route) return;
    const documented = route.responses[response.status];
    expect(documented, `${method} ${path} answered ${response.status}`).toBeDefined();
    const type = response.headers.get("Content-Type")?.split(";", 1)[0]?.toLowerCase();
    const types = Object.keys(documented?.content ?? {});
    if (type === undefined) expect(types).toEqual([]);
    else expect(types).toContain(type);
  }

  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  return {
    ...api,
    send,
    as: (token: string, headers: Record<string, string> = {}) => ({
      get: (path: string) => send("GET", path, { headers: { ...bearer(token), ...headers } }),
      delete: (path: string) => send("DELETE", path, { headers: { ...bearer(token), ...headers } }),
      post: (path: string, fields: Record<string, unknown> = {}) =>
        send("POST", path, {
          headers: { ...bearer(token), "Content-Type": "application/json", ...headers },
          body: JSON.stringify(fields),
        }),
    }),
  };
}

export async function orderIdOf(response: Response): Promise<string> {
  expect(response.status).toBe(202);
  return z.object({ order_id: z.uuid() }).parse(await response.json()).order_id;
}

export async function codeOf(response: Response): Promise<[number, string]> {
  return [response.status, z.object({ code: z.string() }).parse(await response.json()).code];
}
