import { memo } from "preact/compat";
import { useEffect, useRef } from "preact/hooks";
import type { ReadPage } from "./page-store.ts";
import { preparationText } from "./preparation-text.ts";
import { isDoubtful, type PageText, type PageWord } from "./words/page-words.ts";

type TextPaneProps = {
  page: ReadPage;
  text: PageText;
  found: ReadonlySet<number>;
  selected: number | undefined;
  pointed: number | undefined;
  onSelect(index: number | undefined): void;
  onPoint(index: number | undefined): void;
  /** Words of a selection that was made with the mouse or the keyboard. */
  onChoose(indexes: readonly number[]): void;
};

/** The page's text, with the doubtful words underlined. */
export function TextPane({
  page,
  text,
  found,
  selected,
  pointed,
  onSelect,
  onPoint,
  onChoose,
}: TextPaneProps) {
  const pane = useRef<HTMLElement>(null);

  // Marks are set on the elements: drawing a thousand words again for each move of the pointer is too slow.
  useMark(pane, "found", found, text);
  useMark(pane, "pointed", asSet(pointed), text);
  useMark(pane, "selected", asSet(selected), text);
  useEffect(() => {
    const word = selected === undefined ? undefined : wordElement(pane.current, selected);
    word?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [selected, text]);

  useEffect(() => {
    const choose = () => {
      const selection = document.getSelection();
      const range =
        selection && selection.rangeCount > 0 && !selection.isCollapsed && selection.getRangeAt(0);
      if (!pane.current || !range || !pane.current.contains(range.commonAncestorContainer))
        return onChoose([]);
      const words = [...pane.current.querySelectorAll<HTMLElement>("[data-word]")];
      onChoose(words.filter((word) => range.intersectsNode(word)).map(indexOf));
    };
    document.addEventListener("selectionchange", choose);
    return () => document.removeEventListener("selectionchange", choose);
  }, [onChoose]);

  return (
    // Words are selected by the keys of the viewer, too.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <section
      ref={pane}
      class="viewer-text"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label="Text of the page"
      onClick={(event) => {
        if (document.getSelection()?.isCollapsed === false) return;
        onSelect(indexUnder(event.target));
      }}
      onPointerMove={(event) => onPoint(indexUnder(event.target))}
      onPointerLeave={() => onPoint(undefined)}
    >
      <Words text={text} />
      <Facts page={page} />
    </section>
  );
}

/** How the page was prepared, and how sure its recognition is. */
function Facts({ page: { preparation, confidence } }: { page: ReadPage }) {
  const changes = preparationText(preparation);
  return (
    <p class="viewer-facts">
      {confidence === undefined
        ? "Text of the document itself. "
        : `${Math.round(confidence)} % sure on average. `}
      {changes.length > 0 && `Before it was read, the scan was ${inWords(changes)}.`}
    </p>
  );
}

function inWords(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

const Words = memo(({ text }: { text: PageText }) =>
  text.blocks.length === 0 ? (
    <p class="viewer-no-text">There is no text on this page.</p>
  ) : (
    text.blocks.map((block, place) => (
      <p key={place}>
        {block.lines.map((line) => (
          <span class="line" key={line[0]?.index}>
            {line.map((word) => (
              <Word key={word.index} word={word} />
            ))}
          </span>
        ))}
      </p>
    ))
  ),
);

function Word({ word }: { word: PageWord }) {
  const { index, text, confidence } = word;
  const isUnsure = isDoubtful(word);
  return (
    <>
      <span
        data-word={index}
        class={isUnsure ? "word doubtful" : "word"}
        title={isUnsure ? `${Math.round(confidence ?? 0)} % sure` : undefined}
      >
        {text}
      </span>{" "}
    </>
  );
}

function useMark(
  pane: { current: HTMLElement | null },
  mark: string,
  indexes: ReadonlySet<number>,
  text: PageText,
): void {
  const key = [...indexes].join(",");
  useEffect(() => {
    const words = [...indexes].flatMap((index) => wordElement(pane.current, index) ?? []);
    for (const word of words) word.classList.add(mark);
    return () => {
      for (const word of words) word.classList.remove(mark);
    };
  }, [key, text]);
}

function asSet(index: number | undefined): ReadonlySet<number> {
  return new Set(index === undefined ? [] : [index]);
}

function wordElement(pane: HTMLElement | null, index: number): HTMLElement | null | undefined {
  return pane?.querySelector<HTMLElement>(`[data-word="${index}"]`);
}

function indexUnder(target: EventTarget | null): number | undefined {
  const word = target instanceof Element ? target.closest<HTMLElement>("[data-word]") : null;
  return word === null ? undefined : indexOf(word);
}

function indexOf(word: HTMLElement): number {
  return Number(word.dataset.word);
}
