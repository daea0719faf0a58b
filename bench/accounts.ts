import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { poll } from "../lib/poll.ts";
import { freePort } from "../tests/free-port.ts";
import { testKeys } from "../tests/programs/token-keys.ts";
import { median, percentile, printTable } from "./figures.ts";

/** The figures of the second number are compared with those of the first. */
const counts = [1, 10_000] as const;
/** They alternate between the two, so that changes of the machine's speed affect both. */
const rounds = 3;
const signIns = 64;
const atOnce = 8;
const sessions = 20;
/** Wrong passwords of a known and of an unknown user, one after the other. */
const wrongPairs = 50;

const auth = (file: string) => fileURLToPath(new URL(`../services/auth-api/src/${file}`, import.meta.url));
const { environment } = testKeys("0123456789abcdef0123456789abcdef");
const more = { DEMO_USERS: "true", SESSION_SECRET: "s".repeat(32), TOKEN_FAILURES_PER_MINUTE: "10000" };

type Figures = Record<"ready" | "list" | "rate" | "logIn" | "refresh" | "known" | "unknown", number[]>;

/**
 * `npm run bench:accounts`: the Auth API's process with one user more than the demo users and with 10,000
 * more. All passwords are that of the demo users. The time of a wrong password must not tell whether the user
 * exists.
 */
const figures = counts.map(
  (): Figures => ({ ready: [], list: [], rate: [], logIn: [], refresh: [], known: [], unknown: [] }),
);
for (let round = 0; round < rounds; round += 1) {
  for (const [i, of] of figures.entries()) await withFolder((folder) => measure(folder, counts[i] ?? 0, of));
}
const row = (what: string, text: (of: Figures) => string) => ({
  what,
  ...Object.fromEntries(figures.map((of, i) => [`${counts[i]} more`, text(of)])),
});
printTable([
  row("start until ready", ({ ready }) => milliseconds(median(ready))),
  row("`npm run users -- list`, its program in the container", ({ list }) => milliseconds(median(list))),
  row(`sign-ins per second, ${atOnce} at once`, ({ rate }) => median(rate).toFixed(1)),
  row("a sign-in of these, p50 and p99", ({ logIn }) => spread(logIn)),
  row("refresh of a session, p50 and p99", ({ refresh }) => spread(refresh)),
  row("a wrong password of a known user", ({ known }) => milliseconds(median(known))),
  row("the same of an unknown one, beside it", ({ known, unknown }) =>
    (median(unknown) / median(known)).toFixed(2),
  ),
]);
process.exit();

async function measure(folder: string, count: number, figures: Figures): Promise<void> {
  const empty = await start(folder);
  await empty.stop();
  addUsers(folder, count);
  const api = await start(folder);
  try {
    figures.ready.push(api.readyMs);
    figures.list.push(await listUsers(folder));
    const began = performance.now();
    const lanes = Array.from({ length: atOnce }, async (_, lane) => {
      for (let i = lane; i < signIns; i += atOnce) {
        figures.logIn.push(await timed(() => logIn(api.url, "/token", nameOf(i, count))));
      }
    });
    await Promise.all(lanes);
    figures.rate.push((signIns / (performance.now() - began)) * 1000);
    figures.refresh.push(...(await refreshSessions(api.url, count)));
    for (let pair = 0; pair < wrongPairs; pair += 1) {
      const known = async () => figures.known.push(await timed(() => refused(api.url, "alice")));
      const unknown = async () => figures.unknown.push(await timed(() => refused(api.url, "ailce")));
      // Each kind is first equally often, so that other load affects both.
      for (const ask of pair % 2 === 0 ? [known, unknown] : [unknown, known]) await ask();
    }
  } finally {
    await api.stop();
  }
}

/** Each session is renewed ten times, one after the other. */
async function refreshSessions(url: string, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < sessions; i += 1) {
    let cookie = await logIn(url, "/session", nameOf(i, count));
    for (let turn = 0; turn < 10; turn += 1) {
      times.push(
        await timed(async () => {
          cookie = await answered(
            await fetch(`${url}/session/refresh`, { method: "POST", headers: { cookie } }),
          );
        }),
      );
    }
  }
  return times;
}

async function refused(url: string, username: string): Promise<void> {
  const body = new URLSearchParams({ username, password: "wrong" });
  const response = await fetch(`${url}/token`, { method: "POST", body });
  await response.text();
  if (response.status !== 401) throw new Error(`the Auth API answered ${response.status}`);
}

/** @returns the cookie of the session, or "" */
async function logIn(url: string, where: string, username: string): Promise<string> {
  const body = new URLSearchParams({ username, password: "password" });
  return answered(await fetch(`${url}${where}`, { method: "POST", body }));
}

async function answered(response: Response): Promise<string> {
  const answer = await response.text();
  if (response.status !== 200) throw new Error(`the Auth API answered ${response.status}: ${answer}`);
  return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

async function start(folder: string) {
  const port = await freePort();
  const env = { ...environment, ...more, ACCOUNTS_FOLDER: folder, PORT: String(port) };
  const began = performance.now();
  const child = spawn(process.execPath, [auth("main.ts")], { env, stdio: ["ignore", "ignore", "inherit"] });
  const url = `http://127.0.0.1:${port}`;
  const ready = async () => ((await answerOf(`${url}/readyz`))?.ok ? true : undefined);
  await poll(ready, { everyMs: 5, limitMs: 30_000, late: () => new Error("the Auth API is not ready") });
  return { url, readyMs: performance.now() - began, stop: () => stopped(child) };
}

/** Undefined while nothing listens. */
function answerOf(url: string): Promise<Response | undefined> {
  return fetch(url).catch(() => undefined);
}

async function stopped(child: ReturnType<typeof spawn>): Promise<void> {
  child.kill();
  await once(child, "exit");
}

/** What `npm run users -- list` runs in the container. */
function listUsers(folder: string): Promise<number> {
  return timed(async () => {
    const child = spawn(process.execPath, [auth("manage/main.ts")], { env: { ACCOUNTS_FOLDER: folder } });
    child.stdin.end(JSON.stringify({ command: "list" }));
    const answer = await text(child.stdout);
    if (!answer.includes("users")) throw new Error(`the list failed: ${answer}`);
  });
}

/** Adds copies of alice. Each user alone would wait for the disk and for a hash. */
function addUsers(folder: string, count: number): void {
  const database = new DatabaseSync(path.join(folder, "accounts.sqlite"));
  database
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
       INSERT INTO users (name, spelling, password_hash, can_order, operator, created_at, updated_at)
       SELECT 'person' || i, 'person' || i, alice.password_hash, 1, 0, 1, 1
       FROM n, (SELECT password_hash FROM users WHERE name = 'alice') AS alice`,
    )
    .run(count);
  database.close();
}

function nameOf(index: number, count: number): string {
  return `person${(index * 7919) % count}`;
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

async function withFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-accounts-"));
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

function spread(values: readonly number[]): string {
  return `${milliseconds(percentile(values, 50))}, ${milliseconds(percentile(values, 99))}`;
}
