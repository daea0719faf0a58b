import { type FileHandle, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";

/** The end of the name of a document that has not arrived completely. */
const partEnd = ".part";

export type StoredUpload = { orderId: string; isPart: boolean; changedMs: number };

/**
 * The documents that users uploaded, as files in a folder: `<order>`, and `<order>.part` while one arrives.
 * Methods reject as node:fs does.
 */
export class UploadStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Begins an order's document. It is stored once `keep` has resolved. */
  async begin(orderId: string): Promise<FileHandle> {
    return open(this.#part(orderId), "wx", 0o600);
  }

  /** Makes a document that arrived completely durable, under its order's id. */
  async keep(orderId: string): Promise<void> {
    const file = await open(this.#part(orderId));
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(this.#part(orderId), this.#path(orderId));
    const folder = await open(this.folder);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** Undefined if the order has no document here. */
  async document(orderId: string): Promise<Buffer | undefined> {
    return unlessMissing(() => readFile(this.#path(orderId)));
  }

  /** Removes an order's document, complete or not. */
  async remove(orderId: string): Promise<void> {
    await Promise.all([this.#part(orderId), this.#path(orderId)].map((file) => rm(file, { force: true })));
  }

  async *list(): AsyncGenerator<StoredUpload> {
    for (const name of await readdir(this.folder)) {
      const found = await unlessMissing(() => stat(path.join(this.folder, name)));
      const isPart = name.endsWith(partEnd);
      const orderId = isPart ? name.slice(0, -partEnd.length) : name;
      if (found) yield { orderId, isPart, changedMs: found.mtimeMs };
    }
  }

  #path(orderId: string): string {
    return path.join(this.folder, orderId);
  }

  #part(orderId: string): string {
    return `${this.#path(orderId)}${partEnd}`;
  }
}

async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
