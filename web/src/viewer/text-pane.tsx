import type { RefObject } from "preact";
import { memo } from "preact/compat";
import { useEffect, useRef } from "preact/hooks";
import { CorrectionNotice } from "./correct/correction-notice.tsx";
import type { Corrections } from "./correct/use-corrections.ts";
import { WordEditor } from "./correct/word-editor.tsx";
import type { ReadPage } from "./page-store.ts";
import { preparationText } from "./preparation-text.ts";
import { isDoubtful, type PageText, type PageWord } from "./words/page-words.ts";

type TextPaneProps = {
  page: ReadPage;
  text: PageText;
  found: ReadonlySet<number>;
  selected: number | undefined;
  pointed: number | undefined;
  corrections: Corrections;
  onSelect(index: number | undefined): void;
  onPoint(index: number | undefined): void;
  /** Corrects the selected word. */
  onEdit(): void;
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
  corrections,
  onSelect,
  onPoint,
  onEdit,
  onChoose,
}: TextPaneProps) {
  const pane = useRef<HTMLElement>(null);

  // Marks are set on the elements: drawing a thousand words again for each move of the pointer is too slow.
  const { edited, isSaving } = corrections;
  const latest = useRef(corrections);
  latest.current = corrections;
  const drawn = [text, edited];
  useMark(pane, "found", found, drawn);
  useMark(pane, "pointed", asSet(pointed), drawn);
  useMark(pane, "selected", asSet(selected), drawn);
  const wasEdited = useRef(false);
  useEffect(() => {
    // The field is gone, and the keys go on from here.
    if (edited === undefined && wasEdited.current) pane.current?.focus({ preventScroll: true });
    wasEdited.current = edited !== undefined;
  }, [edited]);
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
        if (isInEditor(event.target)) return;
        onSelect(indexUnder(event.target));
      }}
      onDblClick={(event) => !isInEditor(event.target) && indexUnder(event.target) !== undefined && onEdit()}
      onPointerMove={(event) => onPoint(indexUnder(event.target))}
      onPointerLeave={() => onPoint(undefined)}
    >
      <CorrectionNotice corrections={corrections} />
      <Words {...{ text, edited, isSaving, corrections: latest }} />
      <Facts page={page} />
    </section>
  );
}

/** How the page was prepared, and how sure its recognition is. */
function Facts({ page: { preparation, confidence, revision } }: { page: ReadPage }) {
  const changes = preparationText(preparation);
  return (
    <p class="viewer-facts">
      {confidence === undefined
        ? "Text of the document itself. "
        : `${Math.round(confidence)} % sure on average. `}
      {changes.length > 0 && `Before it was read, the scan was ${inWords(changes)}. `}
      {revision > 0 && `Corrected ${revision === 1 ? "once" : `${revision} times`}.`}
    </p>
  );
}

function inWords(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

type WordsProps = {
  text: PageText;
  edited: number | undefined;
  isSaving: boolean;
  corrections: RefObject<Corrections>;
};

const Words = memo(({ text, edited, isSaving, corrections }: WordsProps) =>
  text.blocks.length === 0 ? (
    <p class="viewer-no-text">There is no text on this page.</p>
  ) : (
    text.blocks.map((block, place) => (
      <p key={place}>
        {block.lines.map((line) => (
          <span class="line" key={line[0]?.index}>
            {line.map((word) =>
              word.index === edited ? (
                <span key={word.index} data-word={word.index} class="word edited">
                  <WordEditor {...{ text: word.text, isSaving, corrections }} />
                </span>
              ) : (
                <Word key={word.index} word={word} />
              ),
            )}
          </span>
        ))}
      </p>
    ))
  ),
);

function Word({ word }: { word: PageWord }) {
  const { index, text, confidence, isCorrected } = word;
  const isUnsure = isDoubtful(word);
  const kind = isUnsure ? "word doubtful" : isCorrected ? "word corrected" : "word";
  const title = isUnsure ? `${Math.round(confidence ?? 0)} % sure` : isCorrected ? "Corrected" : undefined;
  return (
    <>
      <span data-word={index} class={kind} title={title}>
        {text}
      </span>{" "}
    </>
  );
}

function useMark(
  pane: { current: HTMLElement | null },
  mark: string,
  indexes: ReadonlySet<number>,
  drawn: readonly unknown[],
): void {
  const key = [...indexes].join(",");
  useEffect(() => {
    const words = [...indexes].flatMap((index) => wordElement(pane.current, index) ?? []);
    for (const word of words) word.classList.add(mark);
    return () => {
      for (const word of words) word.classList.remove(mark);
    };
  }, [key, ...drawn]);
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

function isInEditor(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(".word-editor") !== null;
}

function indexOf(word: HTMLElement): number {
  return Number(word.dataset.word);
}
