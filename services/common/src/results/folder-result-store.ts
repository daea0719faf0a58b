import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, link, mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { PageResult } from "./page-result.ts";
import type {
  ByteRange,
  FileName,
  OrderFileName,
  ResultRef,
  ResultStore,
  StoredFile,
} from "./result-store.ts";
import { parsePageResult } from "./stored-page-result.ts";

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

/**
 * A result store in a folder: `<order>/order-<run>.json`, `<order>/<attempt>/document` and so on. In an
 * attempt, each page has `pages/<n>.json.gz` (its result) and `pages/<n>.png` (its image as it was read).
 * Methods reject as node:fs does.
 */
export class FolderResultStore implements ResultStore {
  readonly settings: { folder: string };
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.settings = { folder };
  }

  save(ref: ResultRef, name: FileName, bytes: Uint8Array): Promise<void> {
    return writeOnce(this.#path(ref, name), bytes);
  }

  file(ref: ResultRef, name: FileName): Promise<StoredFile | undefined> {
    return stored(this.#path(ref, name));
  }

  async remove(ref: ResultRef, name: FileName): Promise<void> {
    await rm(this.#path(ref, name), { force: true });
  }

  async savePage(ref: ResultRef, result: PageResult, image: Uint8Array): Promise<void> {
    await this.save(ref, `${result.page}.png`, image);
    await writeOnce(this.#resultPath(ref, result.page), await deflate(JSON.stringify(result)));
  }

  async page(ref: ResultRef, page: number): Promise<PageResult | undefined> {
    const compressed = await unlessMissing(() => readFile(this.#resultPath(ref, page)));
    return compressed && parsePageResult(JSON.parse((await inflate(compressed)).toString()));
  }

  async has(ref: ResultRef): Promise<boolean> {
    const found = await unlessMissing(() => access(this.#pagesFolder(ref)).then(() => true));
    return found ?? false;
  }

  saveOrderFile(orderId: string, name: OrderFileName, bytes: Uint8Array): Promise<void> {
    return writeOnce(path.join(this.#folder, orderId, name), bytes);
  }

  orderFile(orderId: string, name: OrderFileName): Promise<StoredFile | undefined> {
    return stored(path.join(this.#folder, orderId, name));
  }

  async orderFiles(orderId: string): Promise<string[]> {
    return (await namesIn(path.join(this.#folder, orderId))).filter((name) => !isAttempt(name));
  }

  orders(): Promise<string[]> {
    return namesIn(this.#folder);
  }

  async attempts(orderId: string): Promise<number[]> {
    return (await namesIn(path.join(this.#folder, orderId))).filter(isAttempt).map(Number);
  }

  async attemptedAt(orderId: string): Promise<number | undefined> {
    return (await unlessMissing(() => stat(path.join(this.#folder, orderId))))?.mtimeMs;
  }

  async removeAttempt(ref: ResultRef): Promise<void> {
    await rm(this.#attemptFolder(ref), { recursive: true, force: true });
  }

  async removeOrder(orderId: string): Promise<void> {
    await rm(path.join(this.#folder, orderId), { recursive: true, force: true });
  }

  #attemptFolder({ order_id, attempt }: ResultRef): string {
    return path.join(this.#folder, order_id, String(attempt));
  }

  #pagesFolder(ref: ResultRef): string {
    return path.join(this.#attemptFolder(ref), "pages");
  }

  #resultPath(ref: ResultRef, page: number): string {
    return path.join(this.#pagesFolder(ref), `${page}.json.gz`);
  }

  #path(ref: ResultRef, name: FileName): string {
    return path.join(/^\d/.test(name) ? this.#pagesFolder(ref) : this.#attemptFolder(ref), name);
  }
}

const isAttempt = (name: string) => /^\d+$/.test(name);

async function stored(file: string): Promise<StoredFile | undefined> {
  const found = await unlessMissing(() => stat(file));
  if (!found) return undefined;
  const { size, mtimeMs: savedMs } = found;
  return { size, savedMs, read: (range) => readRange(file, range), bytes: () => readFile(file) };
}

async function* readRange(file: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
  if (range && range.end <= range.start) return;
  yield* createReadStream(file, range && { start: range.start, end: range.end - 1 });
}

async function writeOnce(file: string, bytes: Uint8Array): Promise<void> {
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
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
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

async function namesIn(folder: string): Promise<string[]> {
  return (await unlessMissing(() => readdir(folder))) ?? [];
}

async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
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
