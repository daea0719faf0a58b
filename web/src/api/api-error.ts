/** An answer of an API that is not 2xx, or no answer. The message is for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The status of the answer; 0 if there was none. */
  readonly status: number;
  /** As in the problem document; `no_connection` without an answer. */
  readonly code: string;
  /** Seconds after which the same request may succeed. */
  readonly retrySeconds: number | undefined;

  constructor(status: number, code: string, message: string, retrySeconds?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retrySeconds = retrySeconds;
  }

  /** Whether the same request may succeed later. */
  get mayPass(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** What to show people of whatever was thrown. */
export function errorText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Reads an answer that is not 2xx. */
export async function apiError(answer: Response): Promise<ApiError> {
  const body: unknown = await answer.json().catch(() => undefined);
  return problemError(answer.status, body, answer.headers.get("Retry-After"));
}

/** What people call the fields of a request. */
const fieldNames: Readonly<Record<string, string>> = {
  title_number: "The title number",
  document_type: "The document type",
  q: "The search",
};

/** The error of a problem document, or of any other body. */
export function problemError(status: number, body: unknown, retryAfter: string | null): ApiError {
  const seconds = Number(retryAfter ?? Number.NaN);
  const { code, detail, errors } = { ...(typeof body === "object" ? body : undefined) } as Record<
    string,
    unknown
  >;
  return new ApiError(
    status,
    typeof code === "string" ? code : "unknown",
    fieldTexts(errors) ?? (typeof detail === "string" ? detail : `The server answered ${status}.`),
    Number.isFinite(seconds) ? seconds : undefined,
  );
}

/** Undefined unless all fields have a name. */
function fieldTexts(errors: unknown): string | undefined {
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  const texts = errors.map(({ field, message }) => fieldNames[field] && `${fieldNames[field]} ${message}.`);
  return texts.every(Boolean) ? texts.join(" ") : undefined;
}

export function noConnection(cause: unknown): ApiError {
  const error = new ApiError(0, "no_connection", "The server cannot be reached. Trying again.");
  error.cause = cause;
  return error;
}
