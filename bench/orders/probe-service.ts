// `npm run bench` compares the Order API with this minimal service. It runs in a container of the Order API's
// image and uses its packages.
import { createHmac, timingSafeEqual } from "node:crypto";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createClient } from "redis";
import { z } from "zod";

const { JWT_SECRET, REDIS_URL } = z
  .object({ JWT_SECRET: z.string(), REDIS_URL: z.string() })
  .parse(process.env);
const claims = z.object({ exp: z.number() });

// Losing Redis must end the process and the run, so there is no error listener and no reconnect.
const redis = await createClient({ url: REDIS_URL, socket: { reconnectStrategy: false } }).connect();

const app = new Hono();
app.get("/probe", (c) => c.body(null, 204));
app.post("/probe", async (c) => {
  const fields = new URLSearchParams(await c.req.text());
  if (!isValid(fields.get("token") ?? "")) return c.body(null, 401);
  const { title_number = "", document_type = "" } = Object.fromEntries(fields);
  const id = await redis.xAdd("probe", "*", { title_number, document_type });
  return c.json({ order_id: id }, 202);
});
serve({ fetch: app.fetch, port: 8080 });

function isValid(token: string): boolean {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const given = Buffer.from(signature, "base64url");
  const wanted = createHmac("sha256", JWT_SECRET).update(`${header}.${payload}`).digest();
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
  const { exp } = claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString()));
  return exp > Date.now() / 1000;
}
