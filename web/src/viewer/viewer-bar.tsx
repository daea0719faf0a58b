import type { RefObject } from "preact";
import type { ViewerAction } from "./keys.ts";
import type { PageWord } from "./words/page-words.ts";

type ViewerBarProps = {
  number: number;
  pages: number | undefined;
  query: string;
  pagesFound: readonly number[] | undefined;
  found: readonly number[];
  doubtful: readonly number[];
  selected: number | undefined;
  word: PageWord | undefined;
  shows: "scan" | "text";
  field: RefObject<HTMLInputElement | null>;
  canCorrect: boolean;
  canCompare: boolean;
  isComparing: boolean;
  onAction(action: ViewerAction): void;
  onFound(direction: 1 | -1): void;
  onPage(page: number): void;
  onQuery(query: string): void;
  onShow(part: "scan" | "text"): void;
};

/** Pages, words to check, the search in the document, and the comparison. */
export function ViewerBar(props: ViewerBarProps) {
  const { number, pages, doubtful, selected, word, shows, onAction, onShow } = props;
  return (
    <div class="viewer-bar" role="toolbar" aria-label="Viewer">
      <div class="viewer-group">
        <Step label="Previous page" sign="‹" isOff={number <= 1} onStep={() => onAction("previous-page")} />
        <span class="viewer-count">
          Page <b>{number}</b>
          {pages !== undefined && ` of ${pages}`}
        </span>
        <Step
          label="Next page"
          sign="›"
          isOff={pages !== undefined && number >= pages}
          onStep={() => onAction("next-page")}
        />
      </div>
      <div class="viewer-group doubtful-words">
        <Step
          label="Previous word to check"
          sign="‹"
          isOff={doubtful.length === 0}
          onStep={() => onAction("previous-doubtful")}
        />
        <span class="viewer-count">{checkText(doubtful, selected)}</span>
        <Step
          label="Next word to check"
          sign="›"
          isOff={doubtful.length === 0}
          onStep={() => onAction("next-doubtful")}
        />
        <output class="viewer-word">{wordText(word)}</output>
        {props.canCorrect && (
          <button type="button" class="button" title="Correct the word (e)" onClick={() => onAction("edit")}>
            Correct
          </button>
        )}
      </div>
      <Find {...props} />
      {props.canCompare && (
        <button
          type="button"
          class="button"
          aria-pressed={props.isComparing}
          onClick={() => onAction("compare")}
        >
          Compare
        </button>
      )}
      <fieldset class="viewer-tabs" aria-label="Shown part">
        {(["scan", "text"] as const).map((part) => (
          <button
            key={part}
            type="button"
            class="button"
            aria-pressed={shows === part}
            onClick={() => onShow(part)}
          >
            {part === "scan" ? "Scan" : "Text"}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

function Find(props: ViewerBarProps) {
  const { number, query, found, selected, pagesFound, field, onFound, onPage, onQuery } = props;
  const others = (pagesFound ?? []).filter((page) => page !== number);
  const at = selected === undefined ? -1 : found.indexOf(selected);
  return (
    <search class="viewer-find">
      <input
        ref={field}
        type="search"
        placeholder="Find in this document"
        aria-label="Find in this document"
        maxLength={200}
        value={query}
        onInput={({ currentTarget }) => onQuery(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onFound(event.shiftKey ? -1 : 1);
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {query !== "" && (
        <span class="viewer-hits" aria-live="polite">
          {found.length === 0
            ? "Not on this page"
            : at < 0
              ? `${found.length} here`
              : `${at + 1} of ${found.length}`}
        </span>
      )}
      {query !== "" && others.length > 0 && (
        <span class="viewer-pages-found">
          {"also on "}
          {others.slice(0, 6).map((page) => (
            <button key={page} type="button" class="link" onClick={() => onPage(page)}>
              {page}
            </button>
          ))}
          {others.length > 6 && ` and ${others.length - 6} more`}
        </span>
      )}
    </search>
  );
}

function Step({
  label,
  sign,
  isOff,
  onStep,
}: {
  label: string;
  sign: string;
  isOff: boolean;
  onStep(): void;
}) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      disabled={isOff}
      onClick={onStep}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}

function checkText(doubtful: readonly number[], selected: number | undefined): string {
  if (doubtful.length === 0) return "Nothing to check";
  const at = selected === undefined ? -1 : doubtful.indexOf(selected);
  if (at >= 0) return `${at + 1} of ${doubtful.length} to check`;
  return doubtful.length === 1 ? "1 word to check" : `${doubtful.length} words to check`;
}

function wordText(word: PageWord | undefined): string {
  if (word === undefined) return "";
  if (word.isCorrected) return `${word.text} · corrected`;
  return word.confidence === undefined ? word.text : `${word.text} · ${Math.round(word.confidence)} % sure`;
}
