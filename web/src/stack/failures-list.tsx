import type { Stack } from "../api/types.ts";
import { typeText } from "../order/texts.ts";
import { numberText } from "../ui/number-texts.ts";

/** Why pages and orders failed lately, the most frequent reason first. */
export function FailuresList({ failures }: Pick<Stack, "failures">) {
  const most = Math.max(1, ...failures.map(({ count }) => count));
  return (
    <section class="card stack-list" aria-labelledby="stack-failures">
      <h2 id="stack-failures">Failures by reason</h2>
      {failures.length === 0 ? (
        <p class="muted">Nothing failed in the last 15 minutes.</p>
      ) : (
        <ul>
          {failures.map(({ code, count }) => (
            <li key={code}>
              <span title={code}>{typeText(code)}</span>
              <span class="stack-share" aria-hidden="true">
                <span style={{ width: `${(count / most) * 100}%` }} />
              </span>
              <span class="stack-count">{numberText(count)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
