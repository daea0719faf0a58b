import { asFailure } from "../failure.ts";
import type { PageReader } from "../page-process/page-reader.ts";
import type { DocumentSource } from "../source/document-source.ts";
import type { WorkTally } from "./work-tally.ts";

type Source = Pick<DocumentSource, "fetch">;

/** Returns the reader, which then counts the pages that it reads, and how long documents take. */
export function talliedReader(reader: PageReader, tally: WorkTally): PageReader {
  return {
    start: () => reader.start(),
    ready: () => reader.ready(),
    inspect: (ref, aborted) => tally.timed("inspect", () => reader.inspect(ref, aborted)),
    outline: (ref, aborted) => tally.timed("outline", () => reader.outline(ref, aborted)),
    read: async (ref, page, aborted) => {
      const started = performance.now();
      const read = await reader.read(ref, page, aborted);
      tally.pageRead(performance.now() - started, read);
      return read;
    },
    close: () => reader.close(),
  };
}

/** Returns the source, which then tells whether it answers. "Not found" is an answer too. */
export function talliedSource(source: Source, tally: WorkTally): Source {
  return {
    fetch: async (order, requestId, aborted) => {
      try {
        const document = await tally.timed("fetch", () => source.fetch(order, requestId, aborted));
        tally.sourceUsed(true);
        return document;
      } catch (error) {
        if (!aborted.aborted) tally.sourceUsed(asFailure(error).code !== "source_unavailable");
        throw error;
      }
    },
  };
}
