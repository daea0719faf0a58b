import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** The rows of a long list that are on screen, with some above and below. `end` is not shown any more. */
export type WindowRows = { start: number; end: number };

/** Rows beyond the screen, so that a fast scroll shows no blank area. */
const margin = 10;

export function rowsInWindow(listTop: number, windowHeight: number, rowHeight: number, count: number) {
  const first = Math.floor(-listTop / rowHeight);
  const last = Math.ceil((windowHeight - listTop) / rowHeight);
  const start = Math.min(Math.max(0, first - margin), count);
  return { start, end: Math.max(start, Math.min(count, last + margin)) };
}

/** Follows the scroll position of the window over a list of `count` rows that all have the same height. */
export function useWindowRows(
  list: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
): WindowRows {
  const [rows, setRows] = useState<WindowRows>({ start: 0, end: Math.min(count, 30) });
  const frame = useRef(0);
  useLayoutEffect(() => {
    const look = () => {
      frame.current = 0;
      if (!list.current) return;
      const { top } = list.current.getBoundingClientRect();
      const next = rowsInWindow(top, window.innerHeight, rowHeight, count);
      setRows((last) => (last.start === next.start && last.end === next.end ? last : next));
    };
    const plan = () => {
      frame.current ||= requestAnimationFrame(look);
    };
    look();
    addEventListener("scroll", plan, { passive: true });
    addEventListener("resize", plan);
    return () => {
      cancelAnimationFrame(frame.current);
      frame.current = 0;
      removeEventListener("scroll", plan);
      removeEventListener("resize", plan);
    };
  }, [list, count, rowHeight]);
  return { start: Math.min(rows.start, count), end: Math.min(rows.end, count) };
}
