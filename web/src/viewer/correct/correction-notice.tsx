import type { Corrections } from "./use-corrections.ts";

/** Why a correction was not saved, and what was saved, for screen readers. */
export function CorrectionNotice({ corrections }: { corrections: Corrections }) {
  const { failure, said, edited, loadAgain } = corrections;
  return (
    <>
      <p class="hidden" aria-live="polite">
        {said}
      </p>
      {failure && (
        <div class="notice correction-failure" role="alert">
          <p>
            {failure.text}
            {failure.isStale && (edited === undefined ? " Nothing was changed." : " Your text is kept.")}
          </p>
          {failure.isStale && (
            <button type="button" class="button" onClick={loadAgain}>
              Load the page again
            </button>
          )}
        </div>
      )}
    </>
  );
}
