import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Writable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import {
  checkFiles,
  fileOf,
  findSnapshot,
  listSnapshots,
  newSnapshotFolder,
  readDescription,
  SnapshotWriter,
  snapshotsFolder,
} from "./snapshot-files.ts";
import { snapshotTable } from "./snapshot-table.ts";
import { stores } from "./stores.ts";

async function project(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-snapshots-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const writing = (text: string) => async (target: Writable) => void target.end(text);

async function saved(folder: string, name: string, savedAt = "2026-01-02T03:04:05.678Z"): Promise<string> {
  const snapshot = newSnapshotFolder(folder, name);
  const writer = new SnapshotWriter(snapshot);
  await writer.begin();
  for (const store of stores) await writer.add(store, writing(`the ${store}`));
  await writer.complete({ savedAt, version: "1.0.0", orders: 7 });
  return snapshot;
}

test("a snapshot has a file for each store, which only its owner can read, and is listed", async () => {
  const folder = await project();
  const snapshot = await saved(folder, "monday");
  await saved(folder, "sunday", "2026-01-01T00:00:00.000Z");
  expect(await readFile(fileOf(snapshot, "results"), "utf8")).toBe("the results");
  expect((await stat(snapshot)).mode & 0o777).toBe(0o700);
  expect((await stat(fileOf(snapshot, "accounts"))).mode & 0o777).toBe(0o600);
  expect(snapshotTable(await listSnapshots(folder))).toBe(
    "name    saved (UTC)          size     orders\n" +
      "sunday  2026-01-01 00:00:00  0.0 MiB  7\n" +
      "monday  2026-01-02 03:04:05  0.0 MiB  7",
  );
  await checkFiles({ folder: snapshot, description: await readDescription(snapshot) });
});

test("what a save that was killed has left is no snapshot, and does not stop the next save", async () => {
  const folder = await project();
  const writer = new SnapshotWriter(newSnapshotFolder(folder, "monday"));
  await writer.begin();
  await writer.add("redis", writing("half"));
  expect(snapshotTable(await listSnapshots(folder))).toMatch(/^There are no snapshots\./);
  const snapshot = await saved(folder, "monday");
  expect(await readFile(fileOf(snapshot, "redis"), "utf8")).toBe("the redis");
});

test("a failed save leaves nothing", async () => {
  const folder = await project();
  const writer = new SnapshotWriter(newSnapshotFolder(folder, "monday"));
  await writer.begin();
  await expect(writer.add("redis", () => Promise.reject(new Error("no room")))).rejects.toThrow("no room");
  await writer.discard();
  await expect(stat(`${snapshotsFolder(folder)}/monday.part`)).rejects.toThrow("ENOENT");
});

test.each(["", "a/b", "..", "-x", "monday.part", "x".repeat(65)])("%j is not a name", (name) => {
  expect(() => newSnapshotFolder("/nowhere", name)).toThrow("is not a name for a snapshot");
});

test("a name is used once", async () => {
  const folder = await project();
  await saved(folder, "monday");
  expect(() => newSnapshotFolder(folder, "monday")).toThrow("There is a snapshot 'monday' already");
});

test("a snapshot is found by its name and by its folder", async () => {
  const [folder, other] = [await project(), await project()];
  const snapshot = await saved(folder, "monday");
  expect(await findSnapshot(folder, "monday")).toBe(snapshot);
  expect(await findSnapshot(other, snapshot)).toBe(snapshot);
  await expect(findSnapshot(other, "monday")).rejects.toMatchObject({
    message: "There is no snapshot 'monday', and no folder with one.",
    advice: expect.stringContaining("npm run snapshot -- save NAME"),
  });
  await expect(findSnapshot(folder, "tuesday")).rejects.toMatchObject({
    advice: expect.stringContaining("There are monday."),
  });
});

test.each([
  ["another length", "the redis, and more", "is damaged"],
  ["another content", "THE REDIS", "is damaged"],
  ["no file", undefined, "is missing"],
])("a file with %s is found", async (_, content, fault) => {
  const snapshot = await saved(await project(), "monday");
  if (content === undefined) await rm(fileOf(snapshot, "redis"));
  else await writeFile(fileOf(snapshot, "redis"), content);
  await expect(
    checkFiles({ folder: snapshot, description: await readDescription(snapshot) }),
  ).rejects.toThrow(`redis.tar ${fault}. Nothing was changed.`);
});

test("the description of a later version is refused", async () => {
  const snapshot = await saved(await project(), "monday");
  await writeFile(path.join(snapshot, "snapshot.json"), '{"format":2}');
  await expect(readDescription(snapshot)).rejects.toThrow("is damaged, or was written by a later version");
});
