import type { Correction } from "./corrections/correction.ts";
import type { PageResult } from "./page-result.ts";

/**
 * One attempt at an order. Each attempt has its own files, so that a lost attempt cannot write to those of
 * its successor.
 */
export type ResultRef = { order_id: string; attempt: number };

/** Bytes from `start` up to but not including `end`. */
export type ByteRange = { start: number; end: number };

/** The number of corrections of each page that has any, by page. */
export type Revisions = ReadonlyMap<number, number>;

/** A stored file. Its methods reject if it was removed meanwhile. */
export interface StoredFile {
  /** In bytes. */
  readonly size: number;
  /** When it was saved, in ms since the epoch. */
  readonly savedMs: number;
  /** Streams all of the file, or a range. Nothing is opened before the first part is requested. */
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
  bytes(): Promise<Buffer>;
}

/**
 * The files of an attempt: `document` as the source sent it; `pdf-outline` and `pdf-base` of a PDF (see
 * pdf-outline.ts); and for each page `<n>.png`, its image as it was read, and `<n>.pdf-page` (see
 * pdf-page.ts). A page that was turned or straightened also has `<n>.original.jpg`, as it came; a large
 * one has `<n>.tiles` (see tile-pyramid.ts).
 */
export type FileName =
  | "document"
  | "pdf-outline"
  | "pdf-base"
  | `${number}.png`
  | `${number}.original.jpg`
  | `${number}.tiles`
  | `${number}.pdf-page`;

/** The files of an order as a whole: see ended-orders.ts. */
export type OrderFileName = `order-${number}.json` | `pages-${number}.json.gz`;

/**
 * The files of the orders, which the workers and the Order API share. Every file is written completely or not
 * at all, is durable before it becomes visible, and is never overwritten: the first version stays.
 */
export interface ResultStore {
  /** The settings with which another process opens the same store, by `openResultStore`. */
  readonly settings: ResultStoreSettings;

  save(ref: ResultRef, name: FileName, bytes: Uint8Array): Promise<void>;
  /** Undefined if the file does not exist. */
  file(ref: ResultRef, name: FileName): Promise<StoredFile | undefined>;
  remove(ref: ResultRef, name: FileName): Promise<void>;

  /** Saves the image (a PNG) first, so that a page with a result always has its image. */
  savePage(ref: ResultRef, result: PageResult, image: Uint8Array): Promise<void>;
  /**
   * Undefined if the page was not read, or if it was removed after the retention. Throws a ZodError for a
   * result that no version of this project wrote.
   */
  page(ref: ResultRef, page: number): Promise<PageResult | undefined>;
  /** Whether any page was read and its result still exists. */
  has(ref: ResultRef): Promise<boolean>;

  /**
   * Saves a correction beside its page. False if the page has a correction of that number already, which
   * stays.
   */
  saveCorrection(ref: ResultRef, correction: Correction): Promise<boolean>;
  revisions(ref: ResultRef): Promise<Revisions>;
  /** Undefined if there is none. Throws a ZodError for a record that no version of this project wrote. */
  correction(ref: ResultRef, page: number, revision: number): Promise<Correction | undefined>;

  saveOrderFile(orderId: string, name: OrderFileName, bytes: Uint8Array): Promise<void>;
  /** Undefined if the file does not exist. */
  orderFile(orderId: string, name: OrderFileName): Promise<StoredFile | undefined>;
  /** The names of the files of the order as a whole. */
  orderFiles(orderId: string): Promise<string[]>;

  /** The ids of the orders that have files. */
  orders(): Promise<string[]>;
  /** The attempts at an order that have files. */
  attempts(orderId: string): Promise<number[]>;
  /**
   * The time at which the order's last attempt saved its first file, in ms since the epoch. Undefined if
   * there are no files.
   */
  attemptedAt(orderId: string): Promise<number | undefined>;
  removeAttempt(ref: ResultRef): Promise<void>;
  removeOrder(orderId: string): Promise<void>;
}

/**
 * `folder`: a folder on the file system that all services of the stack share. `correctionsFolder`: where
 * corrections are kept, for a service that may not write to the former. By default they are in the same
 * folder.
 */
export type ResultStoreSettings = { folder: string; correctionsFolder?: string | undefined };
