import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { ByteRange, StoredFile } from "./result-store.ts";

/** Undefined if there is no such file. */
export async function stored(file: string): Promise<StoredFile | undefined> {
  const found = await unlessMissing(() => stat(file));
  if (!found) return undefined;
  const { size, mtimeMs: savedMs } = found;
  return { size, savedMs, read: (range) => readRange(file, range), bytes: () => readFile(file) };
}

async function* readRange(file: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
  if (range && range.end <= range.start) return;
  yield* createReadStream(file, range && { start: range.start, end: range.end - 1 });
}

/**
 * Writes a file completely or not at all, durably, together with the folders that it needs. False if there is
 * such a file already, which stays.
 */
export async function writeOnce(file: string, bytes: Uint8Array): Promise<boolean> {
  const folder = path.dirname(file);
  const created = await mkdir(folder, { recursive: true });
  const unfinished = `${file}.${randomUUID()}`;
  try {
    const handle = await open(unfinished, "wx");
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Unlike a rename, a link fails if the file exists already.
    await link(unfinished, file);
    await syncFolder(folder);
    const first = path.dirname(created ?? folder);
    for (let parent = folder; created && parent !== first; ) {
      parent = path.dirname(parent);
      await syncFolder(parent);
    }
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return false;
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Syncs a folder, because syncing a file does not make its name durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Empty if there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await unlessMissing(() => readdir(folder))) ?? [];
}

export async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
