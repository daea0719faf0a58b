import { once } from "node:events";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { Busboy } from "@fastify/busboy";
import { bodyTooLarge, grouped, limitBytes } from "@orbital-witness/common/http/form-body.ts";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import { UploadPace } from "./upload-pace.ts";

/** How long the rest of a refused body is read, so that a client that is still sending sees the answer. */
const drainMs = 2000;

/** A file part as it arrives. `fields`: the fields before it. */
export type FilePart = {
  name: string;
  fileName: string;
  stream: Readable;
  fields: () => Record<string, unknown>;
};

/** `check` may refuse the body before it is read. */
export type MultipartOptions = {
  counted: string;
  check: () => void;
  onFile: (part: FilePart) => Promise<void>;
};

/**
 * Reads a multipart form, and hands over the file `counted` as a stream, which `onFile` must read to its end
 * or reject. Everything else may take 64 KiB. Throws the first error of `check` or `onFile`, 400 for a
 * malformed or incomplete body, 408 for one that arrives too slowly, and 413 for one with too much else.
 */
export async function readMultipart(
  request: Request,
  { counted, check, onFile }: MultipartOptions,
): Promise<Record<string, unknown>> {
  const contentType = request.headers.get("Content-Type") ?? "";
  const parser = openParser(contentType);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const entries: [string, unknown][] = [];
  const files: { stream: Readable; reading: Promise<void> }[] = [];
  let inDocument = () => 0;
  parser.on("error", (cause) => failed.reject(malformed(cause)));
  parser.on("field", (name, value) => entries.push([name, value]));
  parser.on("file", (name, stream, fileName) => {
    stream.on("error", (cause) => failed.reject(malformed(cause)));
    if (name !== counted) {
      entries.push([name, { fileName }]);
      stream.resume();
      return;
    }
    inDocument = () => stream.bytesRead;
    const part = { name, fileName, stream, fields: () => grouped(entries) };
    const reading = onFile(part);
    reading.catch(failed.reject);
    files.push({ stream, reading });
  });

  const reader = (request.body ?? new ReadableStream()).getReader();
  const pace = new UploadPace();
  const finished = once(parser, "finish");
  finished.catch(() => {});
  try {
    check();
    let received = 0;
    for (;;) {
      const { done, value } = await Promise.race([pace.within(read(reader)), failed.promise]);
      if (done) break;
      received += value.length;
      pace.received(value.length);
      // The parser may not have read this chunk yet.
      if (received - inDocument() > limitBytes + value.length + parser.writableLength) throw bodyTooLarge();
      if (!parser.write(value)) await Promise.race([once(parser, "drain"), failed.promise]);
    }
    parser.end();
    await Promise.race([finished, failed.promise]);
    await Promise.race([Promise.all(files.map(({ reading }) => reading)), failed.promise]);
    return grouped(entries);
  } catch (error) {
    parser.destroy();
    // A file whose end will not come must not be waited for.
    for (const { stream } of files) stream.destroy();
    await Promise.allSettled(files.map(({ reading }) => reading));
    await drain(reader);
    throw error;
  } finally {
    pace.end();
    reader.releaseLock();
  }
}

function openParser(contentType: string) {
  try {
    return new Busboy({
      headers: { "content-type": contentType },
      limits: { fieldSize: limitBytes, headerPairs: 100 },
      isPartAFile: (_name, _type, fileName) => fileName !== undefined,
    });
  } catch (cause) {
    throw malformed(cause);
  }
}

function read(reader: ReadableStreamDefaultReader<Uint8Array>) {
  return reader.read().catch((cause: unknown) => {
    throw incomplete(cause);
  });
}

/** Reads and discards what is left of a body, within limits. Never rejects. */
async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const end = pause(drainMs, { done: true }, { ref: false });
  try {
    while (!(await Promise.race([reader.read(), end])).done);
  } catch {
    // The connection broke, so nobody waits for the answer.
  }
}

function malformed(cause: unknown): Problem {
  return new Problem(400, "malformed_body", "The body is not a valid multipart form.", { cause });
}

function incomplete(cause: unknown): Problem {
  return new Problem(400, "incomplete_body", "The body ended before it was complete.", { cause });
}
