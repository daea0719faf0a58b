import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { Context } from "hono";

/** The router sets this header and replaces what a client sends. */
export function isHttps(c: Context<AppEnv>): boolean {
  return c.req.header("X-Forwarded-Proto") === "https";
}

/**
 * Throws 403 for a request that a page of another origin caused. Browsers say so in `Sec-Fetch-Site`, and
 * older ones, or on plain HTTP, in `Origin`. A client that sends neither is no browser.
 */
export function refuseCrossOrigin(c: Context<AppEnv>): void {
  const site = c.req.header("Sec-Fetch-Site");
  const origin = c.req.header("Origin");
  const isOwn = site === undefined ? origin === undefined || origin === ownOrigin(c) : site === "same-origin";
  if (isOwn) return;
  throw new Problem(403, "cross_origin", "Sessions can only be used by pages of this address.");
}

function ownOrigin(c: Context<AppEnv>): string {
  const host = c.req.header("X-Forwarded-Host") ?? c.req.header("Host") ?? "";
  return `${isHttps(c) ? "https" : "http"}://${host.toLowerCase()}`;
}
