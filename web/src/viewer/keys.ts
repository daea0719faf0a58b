import { useEffect, useRef } from "preact/hooks";

/** What the keys of the viewer do. */
export type ViewerAction =
  | "next-page"
  | "previous-page"
  | "next-doubtful"
  | "previous-doubtful"
  | "next-word"
  | "previous-word"
  | "edit"
  | "join"
  | "zoom-in"
  | "zoom-out"
  | "fit"
  | "fit-width"
  | "compare"
  | "find"
  | "keys"
  | "left"
  | "right"
  | "up"
  | "down"
  | "close";

/** Keys, what they do, and how that is said in the list of keys. */
export const viewerKeys: readonly { keys: readonly string[]; action: ViewerAction; text: string }[] = [
  { keys: ["n"], action: "next-doubtful", text: "Next word to check" },
  { keys: ["p"], action: "previous-doubtful", text: "Previous word to check" },
  { keys: ["."], action: "next-word", text: "Next word" },
  { keys: [","], action: "previous-word", text: "Previous word" },
  { keys: ["e", "Enter"], action: "edit", text: "Correct the selected word" },
  { keys: ["j"], action: "join", text: "Join the word with the next one" },
  { keys: ["PageDown", "]"], action: "next-page", text: "Next page" },
  { keys: ["PageUp", "["], action: "previous-page", text: "Previous page" },
  { keys: ["+", "="], action: "zoom-in", text: "Enlarge" },
  { keys: ["-"], action: "zoom-out", text: "Reduce" },
  { keys: ["0"], action: "fit", text: "Whole page" },
  { keys: ["w"], action: "fit-width", text: "Page width" },
  { keys: ["c"], action: "compare", text: "Compare with the scan as it came" },
  { keys: ["/"], action: "find", text: "Find in the document" },
  { keys: ["ArrowLeft"], action: "left", text: "Move left" },
  { keys: ["ArrowRight"], action: "right", text: "Move right" },
  { keys: ["ArrowUp"], action: "up", text: "Move up" },
  { keys: ["ArrowDown"], action: "down", text: "Move down" },
  { keys: ["?"], action: "keys", text: "Show these keys" },
  { keys: ["Escape"], action: "close", text: "Clear the selection" },
];

/** The action of a key; undefined for other keys, with a modifier, and in a field or pane that uses it. */
function actionOf(event: KeyboardEvent): ViewerAction | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return undefined;
  const { target } = event;
  const isElement = target instanceof HTMLElement;
  if (isElement && target.closest("input, textarea, select, [contenteditable], dialog, [role=menu]")) {
    return undefined;
  }
  if (event.key === "Enter" && isElement && target.closest("a, button, summary")) return undefined;
  const action = viewerKeys.find(({ keys }) => keys.includes(event.key))?.action;
  const scrolls = isElement && target.closest(".viewer-text") !== null;
  const isMove = ["left", "right", "up", "down", "next-page", "previous-page"].includes(action ?? "");
  return scrolls && isMove && !["[", "]"].includes(event.key) ? undefined : action;
}

/** Runs the actions of the keys that are pressed. */
export function useViewerKeys(run: (action: ViewerAction) => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const action = actionOf(event);
      if (action === undefined) return;
      event.preventDefault();
      latest.current(action);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}
