import { STATUS_CODES } from "node:http";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";

const fieldErrorSchema = z.object({ field: z.string(), message: z.string() });
export type FieldError = z.output<typeof fieldErrorSchema>;

/** RFC 9457, with `code`, `request_id` and (for 422) `errors` as extension members. */
export const problemSchema = z
  .object({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: "An explanation for people" }),
    code: z.string().meta({ description: "A code for programs, which does not change" }),
    request_id: z.string().meta({ description: "Identifies the request in the services' logs" }),
    errors: z.array(fieldErrorSchema).optional().meta({ description: "The wrong fields of a 422" }),
  })
  .meta({ id: "Problem" });

export type ProblemOptions = ErrorOptions & {
  errors?: FieldError[];
  headers?: Record<string, string>;
};

/** An error that the caller may see. `code` is stable, for programs; `detail` is for people. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly errors: FieldError[] | undefined;
  readonly headers: Record<string, string>;

  constructor(status: ContentfulStatusCode, code: string, detail: string, options: ProblemOptions = {}) {
    super(detail, options);
    this.status = status;
    this.code = code;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }
}

export function problemResponse(c: Context, problem: Problem, requestId: string): Response {
  const body: z.input<typeof problemSchema> = {
    type: "about:blank",
    title: STATUS_CODES[problem.status] ?? "Error",
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    request_id: requestId,
    errors: problem.errors,
  };
  const headers = { ...problem.headers, "Content-Type": "application/problem+json" };
  return c.body(JSON.stringify(body), problem.status, headers);
}

/** The fields, parsed by the schema. Throws a 422 that names each wrong field. */
export function parseFields<Schema extends z.ZodType>(schema: Schema, fields: unknown): z.output<Schema> {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const errors = fieldErrors(parsed.error, fields);
  throw new Problem(422, "invalid_fields", detailOf(errors), { errors });
}

/** The headers that the schema names. Throws a 400 that names each wrong one. */
export function parseHeaders<Schema extends z.ZodObject>(schema: Schema, c: Context): z.output<Schema> {
  const headers = Object.keys(schema.shape).map((name) => [name, c.req.header(name)]);
  const parsed = schema.safeParse(Object.fromEntries(headers));
  if (parsed.success) return parsed.data;
  throw new Problem(400, "invalid_header", detailOf(fieldErrors(parsed.error, {})));
}

/**
 * Names each wrong field. A form field that was given several times is an array, and its own message would
 * call it missing or malformed.
 */
function fieldErrors(error: z.ZodError, fields: unknown): FieldError[] {
  const repeated = new Set(
    Object.entries(Object(fields)).flatMap(([name, value]) => (Array.isArray(value) ? name : [])),
  );
  return error.issues.map(({ path, message, code }) => {
    // A value among several is named by its field.
    const names = path.filter((name) => typeof name === "string");
    const field = names.join(".");
    // A list that is too long is one that may be given several times.
    const isOne = names.length === path.length && code !== "too_big";
    return {
      field,
      message: isOne && repeated.has(field) ? "must be given once, with a single value" : message,
    };
  });
}

function detailOf(errors: FieldError[]): string {
  return errors.map(({ field, message }) => `${field} ${message}`).join("; ");
}
