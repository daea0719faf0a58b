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

/** Reads an answer that is not 2xx. */
export async function apiError(answer: Response): Promise<ApiError> {
  const retryAfter = Number(answer.headers.get("Retry-After") ?? Number.NaN);
  const retrySeconds = Number.isFinite(retryAfter) ? retryAfter : undefined;
  const body: unknown = await answer.json().catch(() => undefined);
  const { code, detail } = { ...(typeof body === "object" ? body : undefined) } as Record<string, unknown>;
  return new ApiError(
    answer.status,
    typeof code === "string" ? code : "unknown",
    typeof detail === "string" ? detail : `The server answered ${answer.status}.`,
    retrySeconds,
  );
}

export function noConnection(cause: unknown): ApiError {
  const error = new ApiError(0, "no_connection", "The server cannot be reached. Trying again.");
  error.cause = cause;
  return error;
}
