/** Stands for a view whose first answer takes long. It appears after a moment, so that nothing flickers. */
export function Waiting() {
  return (
    <p class="waiting muted" role="status">
      Loading…
    </p>
  );
}
