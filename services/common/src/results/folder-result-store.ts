import { access, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { type Correction, correctionSchema } from "./corrections/correction.ts";
import { namesIn, stored, unlessMissing, writeOnce } from "./durable-files.ts";
import type { PageResult } from "./page-result.ts";
import type {
  FileName,
  OrderFileName,
  ResultRef,
  ResultStore,
  ResultStoreSettings,
  Revisions,
  StoredFile,
} from "./result-store.ts";
import { parsePageResult } from "./stored-page-result.ts";

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

/**
 * A result store in a folder: `<order>/order-<run>.json`, `<order>/<attempt>/document` and so on. In an
 * attempt, each page has `pages/<n>.json.gz` (its result) and `pages/<n>.png` (its image as it was read), and
 * `corrections/<n>-<revision>.json` for each correction. Methods reject as node:fs does.
 */
export class FolderResultStore implements ResultStore {
  readonly settings: ResultStoreSettings;
  readonly #folder: string;
  readonly #correctionsFolder: string;

  constructor(settings: ResultStoreSettings) {
    const { folder, correctionsFolder = folder } = settings;
    this.settings = settings;
    this.#folder = folder;
    this.#correctionsFolder = correctionsFolder;
  }

  async save(ref: ResultRef, name: FileName, bytes: Uint8Array): Promise<void> {
    await writeOnce(this.#path(ref, name), bytes);
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

  saveCorrection(ref: ResultRef, correction: Correction): Promise<boolean> {
    const { page, revision } = correction;
    return writeOnce(this.#correctionPath(ref, page, revision), Buffer.from(JSON.stringify(correction)));
  }

  async revisions(ref: ResultRef): Promise<Revisions> {
    const found = new Map<number, number>();
    for (const name of await namesIn(this.#correctionsOf(ref))) {
      const [, page, revision] = /^(\d+)-(\d+)\.json$/.exec(name)?.map(Number) ?? [];
      if (page === undefined || revision === undefined) continue;
      found.set(page, Math.max(revision, found.get(page) ?? 0));
    }
    return found;
  }

  async correction(ref: ResultRef, page: number, revision: number): Promise<Correction | undefined> {
    const bytes = await unlessMissing(() => readFile(this.#correctionPath(ref, page, revision)));
    return bytes && correctionSchema.parse(JSON.parse(bytes.toString()));
  }

  async saveOrderFile(orderId: string, name: OrderFileName, bytes: Uint8Array): Promise<void> {
    await writeOnce(path.join(this.#folder, orderId, name), bytes);
  }

  orderFile(orderId: string, name: OrderFileName): Promise<StoredFile | undefined> {
    return stored(path.join(this.#folder, orderId, name));
  }

  async orderFiles(orderId: string): Promise<string[]> {
    return (await namesIn(path.join(this.#folder, orderId))).filter((name) => !isAttempt(name));
  }

  async orders(): Promise<string[]> {
    return [...new Set((await Promise.all(this.#folders.map(namesIn))).flat())];
  }

  async attempts(orderId: string): Promise<number[]> {
    return (await namesIn(path.join(this.#folder, orderId))).filter(isAttempt).map(Number);
  }

  async attemptedAt(orderId: string): Promise<number | undefined> {
    const times = this.#folders.map((folder) => unlessMissing(() => stat(path.join(folder, orderId))));
    const found = (await Promise.all(times)).flatMap((folder) => folder?.mtimeMs ?? []);
    return found.length === 0 ? undefined : Math.max(...found);
  }

  async removeAttempt(ref: ResultRef): Promise<void> {
    await this.#remove(ref.order_id, String(ref.attempt));
  }

  async removeOrder(orderId: string): Promise<void> {
    await this.#remove(orderId);
  }

  /** The folders with a folder for each order. */
  get #folders(): string[] {
    return [...new Set([this.#folder, this.#correctionsFolder])];
  }

  async #remove(...names: string[]): Promise<void> {
    for (const folder of this.#folders)
      await rm(path.join(folder, ...names), { recursive: true, force: true });
  }

  #correctionsOf({ order_id, attempt }: ResultRef): string {
    return path.join(this.#correctionsFolder, order_id, String(attempt), "corrections");
  }

  #correctionPath(ref: ResultRef, page: number, revision: number): string {
    return path.join(this.#correctionsOf(ref), `${page}-${revision}.json`);
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
