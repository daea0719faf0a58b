import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useCorrections } from "./correct/use-corrections.ts";
import { useViewerKeys, type ViewerAction } from "./keys.ts";
import { KeysDialog } from "./keys-dialog.tsx";
import type { PageStore, ReadPage } from "./page-store.ts";
import type { ScanView } from "./scan/scan-view.ts";
import { ScanPane } from "./scan-pane.tsx";
import { TextPane } from "./text-pane.tsx";
import { usePage } from "./use-page.ts";
import { ViewerBar } from "./viewer-bar.tsx";
import { ViewerFailure } from "./viewer-failure.tsx";
import { findWords } from "./words/find-words.ts";
import { correctedWords, doubtfulWords, neighbour, type PageWord } from "./words/page-words.ts";
import { ZoomButtons } from "./zoom-buttons.tsx";

export type ViewerProps = {
  store: PageStore;
  page: number;
  /** What is marked as found; "" for nothing. */
  query: string;
  /** The pages of this document on which the search found the query, once they are known. */
  pagesFound: readonly number[] | undefined;
  /** Whether the user may correct words. */
  mayCorrect: boolean;
  onPage(page: number): void;
  onQuery(query: string): void;
};

const none: ReadonlySet<number> = new Set();
const noWords = { blocks: [], words: [] };
const indexOf = ({ index }: PageWord) => index;

/** A page's scan beside its text. Words are selected in both at once. */
export function Viewer(props: ViewerProps) {
  const { store, page: number, query, pagesFound, mayCorrect, onPage, onQuery } = props;
  const [attempt, setAttempt] = useState(0);
  const { page, error, isLoading } = usePage(store, number, attempt);
  const pages = page?.pages;
  const [selected, setSelected] = useState<number>();
  const [pointed, setPointed] = useState<number>();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(none);
  const [divider, setDivider] = useState<number>();
  const [shows, setShows] = useState<"scan" | "text">("scan");
  const [showsKeys, setShowsKeys] = useState(false);
  const [pictureError, setPictureError] = useState<unknown>();
  const [drawn, setDrawn] = useState(0);
  const view = useRef<ScanView>(undefined);
  const field = useRef<HTMLInputElement | null>(null);

  const text = page?.text ?? noWords;
  const doubtful = useMemo(() => doubtfulWords(text).map(({ index }) => index), [text]);
  const corrected = useMemo(() => new Set(correctedWords(text).map(({ index }) => index)), [text]);
  const found = useMemo(() => (query === "" ? [] : findWords(text, query)), [text, query]);
  const foundSet = useMemo(() => new Set(found), [found]);
  // `drawn`: the marks belong to a drawing that is made when the picture is shown.
  const marks = useMemo(
    () => ({ doubtful: new Set(doubtful), corrected, found: foundSet, chosen, selected, pointed }),
    [doubtful, corrected, foundSet, chosen, selected, pointed, drawn],
  );

  const [reached, setReached] = useState<ReadPage>();
  useEffect(() => {
    if (page === undefined || page === reached) return;
    setReached(page);
    // Its words were corrected, or it was loaded again.
    if (page.number === reached?.number) return;
    setPointed(undefined);
    setChosen(none);
    setDivider(undefined);
    setPictureError(undefined);
    setSelected(found[0]);
  }, [page, reached, found]);
  // Moves to a hit when the page is opened, and when another query is entered.
  useEffect(() => {
    if (found[0] !== undefined) view.current?.reveal(found[0]);
  }, [found, drawn === 0]);

  const step = useCallback(
    (places: readonly number[], direction: 1 | -1) => {
      const next = neighbour(places, selected, direction);
      if (next === undefined) return;
      setSelected(next);
      view.current?.reveal(next);
    },
    [selected],
  );
  const turn = useCallback(
    (direction: 1 | -1) => {
      const next = number + direction;
      if (next >= 1 && (pages === undefined || next <= pages)) onPage(next);
    },
    [number, pages, onPage],
  );
  const choose = useCallback((indexes: readonly number[]) => {
    setChosen((now) => (now.size === 0 && indexes.length === 0 ? now : new Set(indexes)));
  }, []);
  const selectInText = useCallback((index: number | undefined) => {
    setSelected(index);
    if (index !== undefined) view.current?.reveal(index);
  }, []);

  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  const corrections = useCorrections({ store, page, selected, onSelect: setSelected, onChanged: reload });

  const run = (action: ViewerAction) => {
    const actions: Record<ViewerAction, () => void> = {
      "next-page": () => turn(1),
      "previous-page": () => turn(-1),
      "next-doubtful": () => step(doubtful, 1),
      "previous-doubtful": () => step(doubtful, -1),
      "next-word": () => step(text.words.map(indexOf), 1),
      "previous-word": () => step(text.words.map(indexOf), -1),
      edit: () => {
        if (!mayCorrect) return;
        // A narrow window shows one part.
        setShows("text");
        corrections.edit();
      },
      join: () => mayCorrect && corrections.join(),
      "zoom-in": () => view.current?.zoomBy(1.4),
      "zoom-out": () => view.current?.zoomBy(1 / 1.4),
      fit: () => view.current?.fit(),
      "fit-width": () => view.current?.fitWidth(),
      compare: () => page?.original && setDivider((now) => (now === undefined ? 0.5 : undefined)),
      find: () => field.current?.focus(),
      keys: () => setShowsKeys(true),
      left: () => view.current?.moveBy(-0.2, 0),
      right: () => view.current?.moveBy(0.2, 0),
      up: () => view.current?.moveBy(0, -0.2),
      down: () => view.current?.moveBy(0, 0.2),
      close: () => (corrections.edited === undefined ? setSelected(undefined) : corrections.leave()),
    };
    actions[action]();
  };
  useViewerKeys(run);

  const failure = error ?? pictureError;
  const again = () => {
    setPictureError(undefined);
    reload();
  };
  return (
    <section class="viewer" data-shows={shows} aria-label={`Page ${number}`} aria-busy={isLoading}>
      <ViewerBar
        {...{ number, pages, query, pagesFound, found, doubtful, selected, shows, field }}
        word={selected === undefined ? undefined : text.words[selected]}
        canCorrect={mayCorrect && selected !== undefined}
        canCompare={page?.original !== undefined}
        isComparing={divider !== undefined}
        onAction={run}
        onFound={(direction) => step(found, direction)}
        {...{ onPage, onQuery }}
        onShow={setShows}
      />
      <div class="viewer-panes">
        <div class="viewer-picture">
          {page && (
            <ScanPane
              {...{ page, marks, divider, view }}
              onDivide={setDivider}
              events={{
                selected: setSelected,
                pointed: setPointed,
                failed: setPictureError,
                drawn: () => setDrawn((count) => count + 1),
              }}
            />
          )}
          {page && <ZoomButtons onAction={run} />}
          {failure !== undefined && (
            <ViewerFailure error={failure} onAgain={again} onFirstPage={() => onPage(1)} />
          )}
        </div>
        {page && (
          <TextPane
            {...{ text, selected, pointed, corrections }}
            page={page}
            found={foundSet}
            onSelect={selectInText}
            onEdit={() => run("edit")}
            onPoint={setPointed}
            onChoose={choose}
          />
        )}
      </div>
      {showsKeys && <KeysDialog onClose={() => setShowsKeys(false)} />}
    </section>
  );
}
