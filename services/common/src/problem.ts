import { STATUS_CODES } from "node:http";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";

export type FieldError = { field: string; message: string };

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

/** RFC 9457 with `code`, `request_id` and, for 422, `errors` as extension members. */
export function problemResponse(c: Context, problem: Problem, requestId: string): Response {
  const body = {
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

/** The fields as the schema's type, or a 422 that names each wrong field. */
export function parseFields<Schema extends z.ZodType>(schema: Schema, fields: unknown): z.output<Schema> {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({
    field: issue.path.join("."),
    message: issue.message,
  }));
  const detail = errors.map((error) => `${error.field} ${error.message}`).join("; ");
  throw new Problem(422, "invalid_fields", detail, { errors });
}
