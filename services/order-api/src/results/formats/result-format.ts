import type { ResultDocument } from "./result-document.ts";

export type ResultFormat = {
  /** Media types; the suffix stands for the first one. */
  types: readonly [string, ...string[]];
  /** The parts of the result. Throws the errors of the result store. */
  write: (document: ResultDocument) => AsyncIterable<string | Uint8Array>;
};
