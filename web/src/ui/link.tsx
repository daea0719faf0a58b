import type { ComponentChildren } from "preact";
import { go } from "../routes.ts";

type LinkProps = {
  to: string;
  class?: string;
  current?: boolean;
  /** The name for screen readers, where the text alone says too little. */
  label?: string;
  children: ComponentChildren;
};

/** A link within the page. It opens in a new tab as other links do. */
export function Link({ to, class: className, current, label, children }: LinkProps) {
  return (
    <a
      href={to}
      class={className}
      aria-label={label}
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
