import { randomUUID } from "node:crypto";
import { access, link, mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { PageResult } from "./page-result.ts";
import { parsePageResult } from "./stored-page-result.ts";

/** One attempt at an order; what a lost attempt still writes is never taken for another's. */
export type ResultRef = { order_id: string; attempt: number };

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

/**
 * The files of the orders, in a folder that the workers and the Order API share: `<order>/<attempt>/document` as the source gave it, and of each
 * page its result (`pages/<n>.json.gz`) and its image as it was read (`pages/<n>.png`). Every file is written whole or not at
 * all, reaches the disk before it is there, and is never written over: the first stays. Methods reject as node:fs does.
 */
export class ResultStore {
  /** For other processes, which open a store of their own. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  documentPath(ref: ResultRef): string {
    return path.join(this.#attemptFolder(ref), "document");
  }

  imagePath(ref: ResultRef, page: number): string {
    return path.join(this.#pagesFolder(ref), `${page}.png`);
  }

  async saveDocument(ref: ResultRef, bytes: Uint8Array): Promise<void> {
    await this.#write(this.documentPath(ref), bytes);
  }

  /** Not needed any more once every page is read. */
  async removeDocument(ref: ResultRef): Promise<void> {
    await rm(this.documentPath(ref), { force: true });
  }

  /** The image first: a page whose result is there has its image too. */
  async savePage(ref: ResultRef, result: PageResult, png: Uint8Array): Promise<void> {
    await this.#write(this.imagePath(ref, result.page), png);
    await this.#write(this.#resultPath(ref, result.page), await deflate(JSON.stringify(result)));
  }

  /** Undefined where the page was not read, or its time is over. Throws a ZodError for a file that no version of ours wrote. */
  async page(ref: ResultRef, page: number): Promise<PageResult | undefined> {
    try {
      const json = await inflate(await readFile(this.#resultPath(ref, page)));
      return parsePageResult(JSON.parse(json.toString()));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Whether any page was read, and its time is not over. */
  async has(ref: ResultRef): Promise<boolean> {
    try {
      await access(this.#pagesFolder(ref));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** The orders that have files. */
  async orders(): Promise<string[]> {
    return namesIn(this.folder);
  }

  /** The attempts at an order that have files. */
  async attempts(orderId: string): Promise<number[]> {
    return (await namesIn(path.join(this.folder, orderId))).map(Number);
  }

  /** When the order's first file or that of its last attempt came, in ms since the epoch; undefined where it has none. */
  async attemptedAt(orderId: string): Promise<number | undefined> {
    try {
      return (await stat(path.join(this.folder, orderId))).mtimeMs;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async removeAttempt(ref: ResultRef): Promise<void> {
    await rm(this.#attemptFolder(ref), { recursive: true, force: true });
  }

  async removeOrder(orderId: string): Promise<void> {
    await rm(path.join(this.folder, orderId), { recursive: true, force: true });
  }

  #attemptFolder({ order_id, attempt }: ResultRef): string {
    return path.join(this.folder, order_id, String(attempt));
  }

  #pagesFolder(ref: ResultRef): string {
    return path.join(this.#attemptFolder(ref), "pages");
  }

  #resultPath(ref: ResultRef, page: number): string {
    return path.join(this.#pagesFolder(ref), `${page}.json.gz`);
  }

  async #write(file: string, bytes: Uint8Array): Promise<void> {
    await mkdir(path.dirname(file), { recursive: true });
    const unfinished = `${file}.${randomUUID()}`;
    try {
      const handle = await open(unfinished, "wx");
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      // Unlike a rename it fails where the file is there already.
      await link(unfinished, file);
      await syncFolder(path.dirname(file));
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    } finally {
      await rm(unfinished, { force: true });
    }
  }
}

/** The names in a folder reach the disk by themselves, not with the files. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Whether node:fs rejected with it because a file or folder is not there. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT";
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
