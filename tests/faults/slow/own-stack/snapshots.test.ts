import { createHash } from "node:crypto";
import { on } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Customer } from "../../../../lib/customer.ts";
import { StackUnderTest } from "../../../stack/stack-under-test.ts";

/** The stack that is saved, and one of another clone that gets its data when the first is gone. */
let from: StackUnderTest | undefined;
let to: StackUnderTest | undefined;
let elsewhere = "";
/** The texts of orders that were accepted before the snapshot began, and orders after it was saved. */
const before = new Map<string, string>();
const after: string[] = [];

beforeAll(async () => {
  elsewhere = await mkdtemp(path.join(tmpdir(), "orbital-witness-snapshot-"));
  from = await StackUnderTest.make();
});
afterAll(async () => {
  await Promise.all([from?.remove(), to?.remove()]);
  await rm(elsewhere, { recursive: true, force: true });
});

const command = (clone: StackUnderTest | undefined, script: string, ...args: string[]) =>
  execa("node", [`commands/snapshot/${script}.ts`, ...args, "--stack", "test"], {
    ...{ cwd: clone?.folder ?? "", reject: false, all: true },
  });
const unwell = async (clone: StackUnderTest | undefined) =>
  clone?.stack.containers.unwell((await clone.stack.outputs()).containers, 60);

const newUser = "the password of dora";
async function added(clone: StackUnderTest | undefined) {
  const add = ["commands/users.ts", "add", "dora", "--order", "--stack", "test"];
  await execa("node", add, { cwd: clone?.folder ?? "", input: newUser });
}

test("a snapshot is saved while orders run, and customers only wait", async () => {
  const customer = new Customer((await from?.up())?.url ?? "");
  await added(from);
  const first = await customer.place("OW12345678", "lease");
  expect((await customer.ended(first)).status).toBe("completed");
  const more = await Promise.all(Array.from({ length: 6 }, () => customer.place("OW12345678", "lease")));
  let isSaved = false;
  const ordering = (async () => {
    for (; !isSaved; await pause(200)) {
      expect((await customer.order("OW12345678", "lease")).status).toBe(202);
    }
  })();
  const { exitCode, all } = await command(from, "snapshot", "save", "monday");
  isSaved = true;
  await ordering;
  after.push(await customer.place("OW87654321", "lease"));
  expect(exitCode, all).toBe(0);
  expect(all).toMatch(/^• Saved \d+\.\d MiB in snapshots\/monday\. Requests waited for \d+\.\d s\.$/m);
  expect(await unwell(from)).toEqual([]);
  for (const id of [first, ...more]) {
    const { view, text } = await customer.delivery(id, "alice", 200);
    expect([id, view.status]).toEqual([id, "completed"]);
    before.set(id, text);
  }
});

test("snapshots are listed, and a name is used once", async () => {
  const again = await command(from, "snapshot", "save", "monday");
  expect([again.exitCode, again.all]).toEqual([
    1,
    expect.stringContaining("There is a snapshot 'monday' already"),
  ]);
  const list = await command(from, "snapshot", "list");
  expect(list.all).toMatch(/^monday +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d +\d+\.\d MiB +\d+$/m);
});

test("another clone's stack continues from the snapshot", async () => {
  const snapshot = path.join(elsewhere, "monday");
  await cp(path.join(from?.folder ?? "", "snapshots", "monday"), snapshot, { recursive: true });
  await from?.remove();
  from = undefined;
  to = await StackUnderTest.make();
  const { url } = await to.up();
  const customer = new Customer(url);
  const own = await customer.place("OW12345678", "lease");
  const { exitCode, all } = await command(to, "snapshot", "restore", snapshot, "--yes");
  expect(exitCode, all).toBe(0);
  expect(await unwell(to)).toEqual([]);
  for (const [id, text] of before) {
    const delivery = await customer.delivery(id, "alice", 200);
    expect([id, delivery.view.status, delivery.text]).toEqual([id, "completed", text]);
  }
  for (const id of [own, ...after]) await expect(customer.view(id)).rejects.toThrow("404");
  const dora = new Customer(url, { user: { username: "dora", password: newUser } });
  expect((await dora.ended(await dora.place("OW12345678", "lease"))).status).toBe("completed");
  await expect
    .poll(async () => (await customer.found("/search?q=landlord&limit=100")).text, { timeout: 60_000 })
    .toContain([...before.keys()][0]);
});

test("a snapshot that is damaged, or no snapshot, changes nothing", async () => {
  const damaged = path.join(elsewhere, "damaged");
  await cp(path.join(elsewhere, "monday"), damaged, { recursive: true });
  await truncate(path.join(damaged, "redis.tar"), 2048);
  const { exitCode, all } = await command(to, "snapshot", "restore", damaged, "--yes");
  expect([exitCode, all]).toEqual([
    1,
    expect.stringMatching(/redis\.tar is damaged\. Nothing was changed\./),
  ]);
  const none = await command(to, "snapshot", "restore", "tuesday", "--yes");
  expect([none.exitCode, none.all]).toEqual([1, expect.stringContaining("There is no snapshot 'tuesday'")]);
  expect(await unwell(to)).toEqual([]);
});

test("data with which the stack does not start is replaced by the old data again", async () => {
  const customer = new Customer((await to?.stack.outputs())?.url ?? "");
  const orders = await customer.orderIds();
  const broken = path.join(elsewhere, "broken");
  await withBrokenAccounts(path.join(elsewhere, "monday"), broken);
  const { exitCode, all } = await command(to, "snapshot", "restore", broken, "--yes");
  expect([exitCode, all]).toEqual([
    1,
    expect.stringMatching(/ runs with its old data again\..*auth-api.*accounts/s),
  ]);
  expect(await unwell(to)).toEqual([]);
  expect(await customer.orderIds()).toEqual(orders);
});

test("a run that is killed is undone by the next one", async () => {
  const customer = new Customer((await to?.stack.outputs())?.url ?? "");
  const run = command(to, "snapshot", "restore", path.join(elsewhere, "monday"), "--yes");
  // The data has been exchanged, and the services do not run.
  let said = "";
  for await (const [chunk] of on(run.all, "data", { close: ["end"] })) {
    said += chunk;
    if (said.includes("Starting the services")) break;
  }
  run.kill("SIGKILL");
  await run;
  const { exitCode, all } = await command(to, "reset", "--yes");
  expect([exitCode, all]).toEqual([0, expect.stringContaining("An earlier run was killed")]);
  expect(await unwell(to)).toEqual([]);
  expect(await customer.orderIds()).toEqual([]);
  expect((await customer.ended(await customer.place("OW12345678", "lease"))).status).toBe("completed");
});

test("the services go on when a save is killed while they are held", async () => {
  const paused = async () => {
    const { stdout } = await execa("docker", ["ps", "--filter", "status=paused", "--format", "{{.Names}}"]);
    const names = (await to?.containers())?.map(({ name }) => name) ?? [];
    return stdout.split("\n").filter((name) => names.includes(name));
  };
  const run = command(to, "snapshot", "save", "killed");
  while ((await paused()).length === 0) await pause(20);
  run.kill("SIGKILL");
  await run;
  await expect.poll(paused, { timeout: 10_000 }).toEqual([]);
  expect((await command(to, "snapshot", "list")).all).toContain("There are no snapshots");
  // The engine calls paused containers unhealthy until their next health check.
  await expect.poll(() => unwell(to), { timeout: 30_000 }).toEqual([]);
  expect((await command(to, "snapshot", "save", "killed")).exitCode).toBe(0);
});

/** A copy of a snapshot in which the file of the users is not one. */
async function withBrokenAccounts(snapshot: string, copy: string): Promise<void> {
  await cp(snapshot, copy, { recursive: true });
  const folder = path.join(elsewhere, "accounts");
  await mkdir(folder);
  await writeFile(path.join(folder, "accounts.sqlite"), "no database ".repeat(1000));
  const tar = path.join(copy, "accounts.tar");
  await execa("tar", ["--create", "--file", tar, "--directory", folder, "."]);
  const file = path.join(copy, "snapshot.json");
  const description = JSON.parse(await readFile(file, "utf8"));
  const bytes = await readFile(tar);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  description.files.accounts = { bytes: bytes.length, sha256 };
  await writeFile(file, JSON.stringify(description));
}
