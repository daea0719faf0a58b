import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import { runCommand } from "../lib/failure.ts";
import { readFields } from "../services/common/src/http/form-body.ts";
import { parseFields } from "../services/common/src/http/problem.ts";
import { RateLimit } from "../services/common/src/http/rate-limit.ts";
import { createLog } from "../services/common/src/log.ts";
import { orderRequestSchema } from "../services/common/src/orders/order.ts";
import { within } from "../services/common/src/time-limit.ts";
import { issueToken, verifyToken } from "../services/common/src/tokens/access-token.ts";
import { TokenVerifier } from "../services/common/src/tokens/token-verifier.ts";
import { testKeys } from "../tests/programs/token-keys.ts";
import { median, printTable } from "./figures.ts";

const BATCHES = 15;
const BATCH = 1000;

const request = { title_number: "OW12345678", document_type: "lease" };
const orderId = "1d0b8531-93b6-4c69-b1f2-a045351f086c";
const { signing, verifying } = testKeys(randomBytes(48).toString("hex"));
const token = await issueToken(
  signing,
  { user_id: 1, username: "alice", can_order: true, operator: false },
  3600,
);
const fields = { ...request, token };
const form = new URLSearchParams(fields).toString();
const schema = orderRequestSchema.extend({ token: z.string().optional() });
const verifier = new TokenVerifier(verifying);
const limit = new RateLimit({ name: "orders", of: "orders", limit: 1_000_000_000, windowSeconds: 3600 });
const log = createLog("bench", "info", { write: () => {} });

/** A context of hono, for steps that set headers. */
const context = await new Promise<Parameters<RateLimit["take"]>[0]>((resolve) => {
  const app = new Hono().get("/", (c) => {
    resolve(c);
    return c.body(null);
  });
  app.request("/");
});

/** What the Order API does for each order, beside HTTP and Redis. */
const steps: Record<string, (body: Request) => unknown> = {
  "token check, a token that was seen before": () => verifier.verify(token),
  "token check, a new token": () => verifyToken(verifying, token),
  "body parsing": (body) => readFields(body),
  schema: () => parseFields(schema, fields),
  "two log lines, without writing them": () => {
    const own = log.child({ request_id: orderId });
    own.info({ order_id: orderId, ...request }, "order accepted");
    own.info({ method: "POST", path: "/orders", status: 202, ms: 3 }, "request");
  },
  "quota and its headers": () => limit.take(context, "1"),
  "headers of the answer": () => {
    const headers = new Headers({ "X-Request-Id": orderId, Location: `/orders/${orderId}` });
    headers.set("RateLimit-Policy", '"orders";q=600;w=60');
    headers.set("RateLimit", '"orders";r=599;t=60');
    headers.set("Content-Type", "application/json");
    Object.fromEntries(headers);
  },
  "time limit": () => within(1000, Promise.resolve()),
};

/** `npm run bench:steps`: the processor time that each step of accepting an order takes in the Order API. */
await runCommand(async () => {
  const rows: Record<string, string>[] = [];
  for (const [step, run] of Object.entries(steps)) {
    const figures: number[] = [];
    for (let batch = 0; batch < BATCHES; batch += 1) figures.push(await microsecondsOf(run));
    const [least, middle] = [Math.min(...figures), median(figures)];
    rows.push({ step, "least µs": least.toFixed(1), "median µs": middle.toFixed(1) });
  }
  console.log(`\nProcessor time of one call, ${BATCHES} batches of ${BATCH}\n`);
  printTable(rows);
});
process.exit();

/** The processor time of one call, those of other threads included. */
async function microsecondsOf(run: (body: Request) => unknown): Promise<number> {
  const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": `${form.length}` };
  const bodies = Array.from(
    { length: BATCH },
    () => new Request("http://localhost/orders", { method: "POST", headers, body: form }),
  );
  const before = process.cpuUsage();
  for (const body of bodies) await run(body);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / BATCH;
}
