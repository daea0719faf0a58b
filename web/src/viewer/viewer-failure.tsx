/** Why the page or its picture is not shown, and what to do. */
export function ViewerFailure({ error, onAgain }: { error: unknown; onAgain(): void }) {
  return (
    <div class="viewer-failure" role="alert">
      <p>{error instanceof Error ? error.message : String(error)}</p>
      <button type="button" class="button" onClick={onAgain}>
        Try again
      </button>
    </div>
  );
}
