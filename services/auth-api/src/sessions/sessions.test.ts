import { beforeEach, expect, test } from "vitest";
import { scratchFolder } from "../../../../lib/scratch-folder.ts";
import { AccountFile } from "../accounts/sqlite/account-file.ts";
import { openDatabase } from "../accounts/sqlite/open-database.ts";
import { SqliteAccounts } from "../accounts/sqlite/sqlite-accounts.ts";
import { Sessions } from "./sessions.ts";

const second = 1000;
const dora = { name: "dora", passwordHash: "$argon2id$dora", canOrder: true, operator: false };

let now: number;
let file: AccountFile;
let sessions: Sessions;
let userId: number;
beforeEach(async () => {
  now = Date.parse("2026-01-02T03:04:05Z");
  const folder = scratchFolder();
  file = new AccountFile(() => openDatabase(folder));
  sessions = sessionsOf(file);
  userId = (await new SqliteAccounts(file).add(dora)).id;
});

function sessionsOf(its: AccountFile, key = "k".repeat(32)): Sessions {
  return new Sessions(its, { key, idleSeconds: 600, totalSeconds: 3600, now: () => now });
}

async function refreshed(token: string): Promise<string> {
  const refresh = await sessions.refresh(token);
  if (refresh.outcome !== "refreshed") throw new Error(`the refresh was ${refresh.outcome}`);
  expect(refresh.userId).toBe(userId);
  return refresh.token;
}

const outcomeOf = async (token: string) => (await sessions.refresh(token)).outcome;
const count = () => file.use((database) => database.prepare("SELECT count(*) n FROM sessions").get()?.n);

test("each use gives another token", async () => {
  const tokens = [await sessions.begin(userId)];
  for (let use = 0; use < 20; use++) {
    now += 25 * second;
    tokens.push(await refreshed(tokens.at(-1) ?? ""));
  }
  expect(new Set(tokens).size).toBe(21);
});

test("a token that was replaced ends the session, also for the one who has the newest", async () => {
  const stolen = await sessions.begin(userId);
  const other = await sessions.begin(userId);
  now += 25 * second;
  const next = await refreshed(stolen);
  now += 25 * second;
  const third = await refreshed(next);
  expect(await sessions.refresh(stolen)).toEqual({ outcome: "reused", userId });
  expect([await outcomeOf(third), await outcomeOf(stolen)]).toEqual(["unknown", "unknown"]);
  expect(await outcomeOf(other)).toBe("refreshed");
});

test("when a thief and the owner use a token, the second one ends the session", async () => {
  for (const [first, later] of [["thief", "owner"] as const, ["owner", "thief"] as const]) {
    const token = await sessions.begin(userId);
    const held: Record<string, string> = { thief: token, owner: token };
    held[first] = await refreshed(token);
    now += 25 * second;
    expect(await outcomeOf(held[later] ?? "")).toBe("reused");
    expect(await outcomeOf(held[first] ?? "")).toBe("unknown");
  }
});

test("tabs that refresh at once get the same token, for 10 s after it was replaced", async () => {
  const token = await sessions.begin(userId);
  now += 25 * second;
  const tabs = await Promise.all([1, 2, 3].map(() => refreshed(token)));
  expect(new Set(tabs).size).toBe(1);
  now += 9.9 * second;
  expect(await refreshed(token)).toBe(tabs[0]);
  now += 0.1 * second;
  expect(await outcomeOf(token)).toBe("reused");
});

test("the same token from two tabs is no way to stay unnoticed: the next use of both ends it", async () => {
  const token = await sessions.begin(userId);
  const [thief, owner] = [await refreshed(token), await refreshed(token)];
  now += 25 * second;
  await refreshed(owner);
  now += 25 * second;
  expect(await outcomeOf(thief)).toBe("reused");
});

test("a token of the family before the last one is not excused by the 10 s", async () => {
  const first = await sessions.begin(userId);
  const next = await refreshed(first);
  await refreshed(next);
  expect(await outcomeOf(first)).toBe("reused");
});

test("two processes with the same file and key agree; another key ends the excuse", async () => {
  const token = await sessions.begin(userId);
  const successor = await refreshed(token);
  expect(await sessionsOf(file).refresh(token)).toMatchObject({ token: successor });
  expect((await sessionsOf(file, "other".repeat(8)).refresh(token)).outcome).toBe("reused");
});

test("a session ends when it is not used, and after its whole time in any case", async () => {
  let token = await sessions.begin(userId);
  now += 599 * second;
  token = await refreshed(token);
  now += 600 * second;
  expect([await outcomeOf(token), await outcomeOf(token)]).toEqual(["expired", "unknown"]);

  const begun = now;
  token = await sessions.begin(userId);
  while (now + 500 * second < begun + 3600 * second) {
    now += 500 * second;
    token = await refreshed(token);
  }
  now = begun + 3600 * second;
  expect(await outcomeOf(token)).toBe("expired");
});

test("expired sessions are removed, and a user has 50 at most", async () => {
  const oldest = await sessions.begin(userId);
  for (let i = 0; i < 50; i++) {
    now += second;
    await sessions.begin(userId);
  }
  expect([count(), await outcomeOf(oldest)]).toEqual([50, "unknown"]);
  now += 700 * second;
  await sessions.begin(userId);
  expect(count()).toBe(1);
});

test.each<[string, (accounts: SqliteAccounts) => Promise<unknown>]>([
  ["disabled", (accounts) => accounts.change(userId, { disabled: true })],
  ["removed", (accounts) => accounts.remove(userId)],
  ["given another password", (accounts) => accounts.change(userId, { passwordHash: "other" })],
])("a user who is %s has no session any more", async (_, change) => {
  const token = await sessions.begin(userId);
  const emil = await new SqliteAccounts(file).add({ ...dora, name: "emil" });
  const others = await sessions.begin(emil.id);
  await change(new SqliteAccounts(file));
  expect([await outcomeOf(token), await outcomeOf(others)]).toEqual(["unknown", "refreshed"]);
});

test("a session of a user who was disabled meanwhile does not begin; other rights keep it", async () => {
  const accounts = new SqliteAccounts(file);
  const token = await sessions.begin(userId);
  await accounts.change(userId, { canOrder: false, operator: true });
  expect(await outcomeOf(token)).toBe("refreshed");
  await accounts.change(userId, { disabled: true });
  expect(await outcomeOf(await sessions.begin(userId))).toBe("unknown");
});

test("sign-out ends the session, with an old token too", async () => {
  const token = await sessions.begin(userId);
  const next = await refreshed(token);
  expect([await sessions.end(token), await sessions.end(token)]).toEqual([true, false]);
  expect(await outcomeOf(next)).toBe("unknown");
});

test.each(["", "x", "a.b", `${"a".repeat(22)}.${"b".repeat(43)}`, `${"a".repeat(22)}.${"b".repeat(44)}`])(
  "%j is no token",
  async (text) => {
    expect(await outcomeOf(text)).toBe("unknown");
    expect(await sessions.end(text)).toBe(false);
  },
);

test("nothing of a token is stored, in plain or encoded", async () => {
  const token = await refreshed(await sessions.begin(userId));
  const rows = file.use((database) => database.prepare("SELECT * FROM sessions").all());
  const stored = rows
    .flatMap((row) => Object.values(row))
    .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value)));
  expect(stored).toHaveLength(6);
  for (const part of token.split(".")) {
    for (const text of [part, Buffer.from(part, "base64url").toString("latin1")]) {
      expect(stored.filter((value) => value.includes(text))).toEqual([]);
    }
  }
});
