import { jsonEntries } from "./json-entries.ts";
import { Problem } from "./problem.ts";

/** The largest body without an uploaded document, in bytes. */
export const limitBytes = 64 * 1024;
const allowedTypes = "application/x-www-form-urlencoded, multipart/form-data or application/json";

/**
 * The unchecked fields of a form or a JSON object. A field that is given several times is an array; without a
 * body there are no fields. Throws 400 for a body that cannot be parsed, 413 above 64 KiB, and 415 for
 * another media type and for a compressed body.
 */
export async function readFields(request: Request): Promise<Record<string, unknown>> {
  checkEncoding(request);
  const contentType = request.headers.get("Content-Type") ?? "";
  const mediaType = mediaTypeOf(request);
  const bytes = await readBytes(request);
  if (bytes.length === 0 && mediaType === "") return {};
  switch (mediaType) {
    case "application/json":
      return jsonFields(bytes);
    case "application/x-www-form-urlencoded":
      return fieldsOf(new URLSearchParams(new TextDecoder().decode(bytes)));
    case "multipart/form-data":
      return fieldsOf(await multipart(bytes, contentType));
    default:
      throw new Problem(415, "unsupported_media_type", `The body must be ${allowedTypes}.`);
  }
}

export function mediaTypeOf(request: Request): string {
  const contentType = request.headers.get("Content-Type") ?? "";
  return contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/**
 * Compressed bodies are refused, because a small one can decompress to more than any limit. The answer names
 * the accepted codings (RFC 7694).
 */
export function checkEncoding(request: Request): void {
  const codings = request.headers.get("Content-Encoding") ?? "";
  const isPlain = codings.split(",").every((coding) => /^(?:identity)?$/i.test(coding.trim()));
  if (isPlain) return;
  const detail = "The body must not be compressed: send it without Content-Encoding.";
  throw new Problem(415, "unsupported_content_encoding", detail, {
    headers: { "Accept-Encoding": "identity" },
  });
}

/** Stops at the limit, even if the client does not announce a length. */
async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const announced = request.headers.get("Content-Length");
  if (Number(announced) > limitBytes) throw bodyTooLarge();
  try {
    // The server enforces the announced length. Reading all at once costs half as much as reading a stream.
    const bytes =
      announced === null ? await readStream(request) : new Uint8Array(await request.arrayBuffer());
    if (bytes.length > limitBytes) throw bodyTooLarge();
    return bytes;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(400, "incomplete_body", "The body ended before it was complete.", { cause: error });
  }
}

async function readStream(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > limitBytes) throw bodyTooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

export function bodyTooLarge(): Problem {
  return new Problem(413, "body_too_large", `The body must not be larger than ${limitBytes} bytes.`);
}

function jsonFields(bytes: Uint8Array): Record<string, unknown> {
  let source: string;
  let value: unknown;
  try {
    source = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    value = JSON.parse(source);
  } catch (cause) {
    throw new Problem(400, "malformed_body", "The body is not valid JSON.", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Problem(400, "malformed_body", "The body must be a JSON object.");
  }
  return grouped(jsonEntries(source));
}

async function multipart(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { "Content-Type": contentType } }).formData();
  } catch (cause) {
    throw new Problem(400, "malformed_body", "The body is not a valid multipart form.", { cause });
  }
}

/** A field that is given several times becomes an array. */
export function fieldsOf(form: FormData | URLSearchParams): Record<string, unknown> {
  return grouped([...form.entries()]);
}

/** The fields of a form. A field that is given several times becomes an array. */
export function grouped(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const fields = Object.fromEntries(entries);
  if (Object.keys(fields).length === entries.length) return fields;
  const byName = Map.groupBy(entries, ([name]) => name);
  return Object.fromEntries(
    [...byName].map(([name, given]) => {
      const values = given.map(([, value]) => value);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}
