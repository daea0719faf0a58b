import type { PageResult } from "./page-result.ts";

/**
 * One attempt at an order. What a lost attempt still writes is kept apart from the attempt that replaced it.
 */
export type ResultRef = { order_id: string; attempt: number };

/** Bytes `start` to `end`, which is the first one outside. */
export type ByteRange = { start: number; end: number };

/** A stored file. Its methods reject where it was removed meanwhile. */
export interface StoredFile {
  /** In bytes. */
  readonly size: number;
  /** All of it, or a range; nothing is opened before the first part is asked for. */
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
  bytes(): Promise<Buffer>;
}

/**
 * The files of an attempt: `document` as the source gave it; `pdf-outline` and `pdf-base` of a PDF (see
 * pdf-outline.ts); and of each page `<n>.png`, its image as it was read, and `<n>.pdf-page` (see
 * pdf-page.ts).
 */
export type FileName = "document" | "pdf-outline" | "pdf-base" | `${number}.png` | `${number}.pdf-page`;

/**
 * The files of the orders, which the workers and the Order API share. Every file is written whole or not at
 * all, is durable before it can be seen, and is never written over: the first stays.
 */
export interface ResultStore {
  /** From which another process opens the same store, with `openResultStore`. */
  readonly settings: ResultStoreSettings;

  save(ref: ResultRef, name: FileName, bytes: Uint8Array): Promise<void>;
  /** Undefined where there is none. */
  file(ref: ResultRef, name: FileName): Promise<StoredFile | undefined>;
  remove(ref: ResultRef, name: FileName): Promise<void>;

  /** The image (a PNG) first: a page whose result is there has its image, too. */
  savePage(ref: ResultRef, result: PageResult, image: Uint8Array): Promise<void>;
  /**
   * Undefined where the page was not read, or was removed when its time was over. Throws a ZodError for a
   * result that no version of ours wrote.
   */
  page(ref: ResultRef, page: number): Promise<PageResult | undefined>;
  /** Whether any page was read, and the result was not removed. */
  has(ref: ResultRef): Promise<boolean>;

  /** The orders that have files. */
  orders(): Promise<string[]>;
  /** The attempts at an order that have files. */
  attempts(orderId: string): Promise<number[]>;
  /** When the order's last attempt saved its first file, in ms since the epoch; undefined without files. */
  attemptedAt(orderId: string): Promise<number | undefined>;
  removeAttempt(ref: ResultRef): Promise<void>;
  removeOrder(orderId: string): Promise<void>;
}

/** `folder`: of the file system that all services of the stack share. */
export type ResultStoreSettings = { folder: string };
