import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { formatOf, formats, headBytes } from "@orbital-witness/common/documents/format.ts";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import type { UploadStore } from "@orbital-witness/common/uploads/upload-store.ts";
import { storeFull } from "../store-full.ts";

const mebibyte = 1024 * 1024;
const longestName = 255;
const fullCodes: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT"]);

/** A document that arrived completely. `digest`: SHA-256 in base64url. */
export type ReceivedDocument = { bytes: number; digest: string; fileName: string | undefined };

/**
 * Writes a document to the store as it arrives, without keeping it in memory. Rejects with 415 as soon as its
 * first bytes show that the workers cannot read it, 413 above `megabytes`, 422 if it is empty, and 503 if the
 * disk is full.
 */
export async function receiveDocument(
  store: UploadStore,
  orderId: string,
  { stream, fileName, megabytes }: { stream: Readable; fileName: string; megabytes: number },
): Promise<ReceivedDocument> {
  const hash = createHash("sha256");
  let bytes = 0;
  let head: Buffer | undefined = Buffer.alloc(0);
  const file = await store.begin(orderId).catch(asProblem);
  try {
    // The rest of a refused document is for whoever reads the form.
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > megabytes * mebibyte) throw documentTooLarge(megabytes);
      if (head && head.length < headBytes) head = Buffer.concat([head, chunk]);
      if (head && head.length >= headBytes) {
        checkFormat(head);
        head = undefined;
      }
      hash.update(chunk);
      await file.writeFile(chunk);
    }
  } catch (error) {
    return asProblem(error);
  } finally {
    await file.close();
  }
  if (bytes === 0) throw new Problem(422, "document_empty", "The document is an empty file.");
  if (head) checkFormat(head);
  return { bytes, digest: hash.digest("base64url"), fileName: cleanName(fileName) };
}

export function documentTooLarge(megabytes: number): Problem {
  const detail = `The document must not be larger than ${megabytes} MiB (the setting documentMegabytes).`;
  return new Problem(413, "document_too_large", detail);
}

function checkFormat(head: Buffer): void {
  if (formatOf(head)) return;
  const names = formats.map(({ name }) => name);
  const detail = `The document is none of the accepted types: ${names.join(", ")}. Its content decides.`;
  throw new Problem(415, "unsupported_document", detail);
}

function asProblem(error: unknown): never {
  const isFull = error instanceof Error && "code" in error && fullCodes.has(error.code);
  throw isFull ? storeFull(error) : error;
}

/**
 * The last segment of a file's path, without control characters. Undefined if nothing is left. Browsers send
 * a quotation mark as %22, and a % as it is (WHATWG HTML, multipart/form-data encoding algorithm).
 */
export function cleanName(fileName: string): string | undefined {
  const last = fileName.split(/[/\\]/).at(-1) ?? "";
  const name = last
    .replaceAll("%22", '"')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, "")
    .trim();
  return [...name].slice(0, longestName).join("") || undefined;
}
