import type { ComponentChildren } from "preact";

/** Fills a view that has nothing to show. */
export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty-state">
      <h1>{title}</h1>
      <div>{children}</div>
    </div>
  );
}
