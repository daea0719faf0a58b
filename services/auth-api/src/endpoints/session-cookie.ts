import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { isHttps } from "./same-origin.ts";

/** Nothing but the three operations on a session is below this path. */
const path = "/session";
const name = "refresh_token";

/** Browsers accept a cookie of this name only from HTTPS, so a page on plain HTTP cannot replace it. */
const secureName = `__Secure-${name}`;

function nameFor(c: Context<AppEnv>): string {
  return isHttps(c) ? secureName : name;
}

function attributesFor(c: Context<AppEnv>) {
  return { path, httpOnly: true, sameSite: "Strict", secure: isHttps(c) } as const;
}

export function sessionCookie(c: Context<AppEnv>): string | undefined {
  return getCookie(c, nameFor(c));
}

export function setSessionCookie(c: Context<AppEnv>, refreshToken: string, idleSeconds: number): void {
  setCookie(c, nameFor(c), refreshToken, { ...attributesFor(c), maxAge: idleSeconds });
}

export function clearSessionCookie(c: Context<AppEnv>): void {
  deleteCookie(c, nameFor(c), attributesFor(c));
}
