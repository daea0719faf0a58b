import { ApiError, errorText } from "../api/api-error.ts";

type FailureProps = { error: unknown; onAgain(): void; onFirstPage(): void };

/** Why the page or its picture is not shown, and what to do. */
export function ViewerFailure({ error, onAgain, onFirstPage }: FailureProps) {
  const isMissing = error instanceof ApiError && error.code === "page_not_found";
  return (
    <div class="viewer-failure" role="alert">
      <p>{errorText(error)}</p>
      <button type="button" class="button" onClick={isMissing ? onFirstPage : onAgain}>
        {isMissing ? "Show page 1" : "Try again"}
      </button>
    </div>
  );
}
