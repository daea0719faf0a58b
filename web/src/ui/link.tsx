import type { ComponentChildren } from "preact";
import { go } from "../routes.ts";

type LinkProps = { to: string; class?: string; current?: boolean; children: ComponentChildren };

/** A link within the page. It opens in a new tab as other links do. */
export function Link({ to, class: className, current, children }: LinkProps) {
  return (
    <a
      href={to}
      class={className}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
