import { Problem } from "./problem.ts";

const limitBytes = 64 * 1024;
const allowedTypes = "application/x-www-form-urlencoded, multipart/form-data or application/json";

/**
 * A form's or a JSON object's fields, unchecked; a field given twice is an array, no body at all is no fields.
 * Throws 400 for what cannot be parsed, 413 above 64 KiB, 415 for other types.
 */
export async function readFields(request: Request): Promise<Record<string, unknown>> {
  const contentType = request.headers.get("Content-Type") ?? "";
  const mediaType = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
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

/** Reads no further than the limit, also when the length is not told. */
async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const told = request.headers.get("Content-Length");
  if (Number(told) > limitBytes) throw tooLarge();
  try {
    // The server holds a client to the length it tells. All at once costs half of what a stream does.
    const bytes = told === null ? await readStream(request) : new Uint8Array(await request.arrayBuffer());
    if (bytes.length > limitBytes) throw tooLarge();
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
    if (length > limitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function tooLarge(): Problem {
  return new Problem(413, "body_too_large", `The body must not be larger than ${limitBytes} bytes.`);
}

function jsonFields(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new Problem(400, "malformed_body", "The body is not valid JSON.", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Problem(400, "malformed_body", "The body must be a JSON object.");
  }
  return { ...value };
}

async function multipart(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { "Content-Type": contentType } }).formData();
  } catch (cause) {
    throw new Problem(400, "malformed_body", "The body is not a valid multipart form.", { cause });
  }
}

/** A field given twice is an array. */
export function fieldsOf(form: FormData | URLSearchParams): Record<string, unknown> {
  const names = new Set(form.keys());
  return Object.fromEntries(
    [...names].map((name) => {
      const values = form.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}
