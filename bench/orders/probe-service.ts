// `npm run bench` compares the Order API with this minimal service. It runs in a container of the Order API's
// image and uses its packages.
import { createPublicKey, verify } from "node:crypto";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createClient } from "redis";
import { z } from "zod";

const { TOKEN_KEYS, REDIS_URL } = z
  .object({ TOKEN_KEYS: z.string(), REDIS_URL: z.string() })
  .parse(process.env);
const [jwk] = z
  .object({ keys: z.tuple([z.object({ kty: z.string(), crv: z.string(), x: z.string() })]) })
  .parse(JSON.parse(TOKEN_KEYS)).keys;
const key = createPublicKey({ key: jwk, format: "jwk" });
const claims = z.object({ exp: z.number() });
/** When the tokens expire that were verified before. The Order API remembers them too. */
const known = new Map<string, number>();

// Losing Redis must end the process and the run, so there is no error listener and no reconnect.
const redis = await createClient({ url: REDIS_URL, socket: { reconnectStrategy: false } }).connect();

const app = new Hono();
app.get("/probe", (c) => c.body(null, 204));
app.post("/probe", async (c) => {
  const fields = new URLSearchParams(await c.req.text());
  if (!isValid(fields.get("token") ?? "")) return c.body(null, 401);
  const { title_number = "", document_type = "" } = Object.fromEntries(fields);
  const id = await redis.xAdd("order:probe", "*", { title_number, document_type });
  return c.json({ order_id: id }, 202);
});
serve({ fetch: app.fetch, port: 8080 });

function isValid(token: string): boolean {
  const [header = "", payload = "", signature = ""] = token.split(".");
  if (!known.has(token)) {
    const content = Buffer.from(`${header}.${payload}`);
    if (!verify(null, content, key, Buffer.from(signature, "base64url"))) return false;
    known.set(token, claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString())).exp);
  }
  return (known.get(token) ?? 0) > Date.now() / 1000;
}
