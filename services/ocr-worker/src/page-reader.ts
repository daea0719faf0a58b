import type { ResultRef } from "@orbital-witness/common/results/result-store.ts";

/** What a document is, by its content. `format` such as "PDF" or "TIFF". */
export type DocumentInfo = { format: string; pages: number };

/** A page that was read, whose result and image are in the result store. */
export type PageRead = { isEmpty: boolean; characters: number };

/**
 * Looks at documents and reads their pages in a process of its own, which is made anew after a number of pages, after any fault, and when it has to be
 * stopped: whatever a document does, it does not do it to the worker.
 */
export interface PageReader {
  /** Starts the process and loads the language data. Also done by the others where it is due. */
  start(): Promise<void>;
  /** Rejects before the first process is ready and after one could not be started; not while one is made anew. */
  ready(): Promise<void>;
  /** Throws OrderFailure for a document that cannot be read at all, or the reason of `aborted`. */
  inspect(documentPath: string, aborted: AbortSignal): Promise<DocumentInfo>;
  /**
   * Reads a page (from 1) of the ref's document and saves what was read, unless it is there already. Throws OrderFailure for a page that cannot be read,
   * or the reason of `aborted`, at once.
   */
  read(ref: ResultRef, page: number, aborted: AbortSignal): Promise<PageRead>;
  close(): Promise<void>;
}
