import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ReadPage } from "./page-store.ts";
import { preparationText } from "./preparation-text.ts";
import type { Picture } from "./scan/picture.ts";
import { type ScanEvents, ScanView } from "./scan/scan-view.ts";
import type { Marks } from "./scan/word-marks.ts";

type ScanPaneProps = {
  page: ReadPage;
  marks: Marks;
  events: ScanEvents;
  /** Where the comparison's divider is, from 0 to 1; undefined without a comparison. */
  divider: number | undefined;
  onDivide(share: number): void;
  /** Receives the view, for the buttons and keys. */
  view: RefObject<ScanView | undefined>;
};

/** The page's picture. */
export function ScanPane({ page, marks, events, divider, onDivide, view }: ScanPaneProps) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(events);
  latest.current = events;
  const shown = useRef<Picture>(undefined);

  useEffect(() => {
    if (!place.current) return undefined;
    const created = new ScanView(place.current, {
      selected: (index) => latest.current.selected(index),
      pointed: (index) => latest.current.pointed(index),
      failed: (error) => latest.current.failed(error),
      drawn: () => latest.current.drawn(),
    });
    view.current = created;
    return () => {
      view.current = undefined;
      created.destroy();
    };
  }, [view]);

  const { picture, text, original } = page;
  useEffect(() => view.current?.setWords(text.words), [text, view]);
  useEffect(() => {
    const before = shown.current;
    const isSameSize = before?.width === picture.width && before?.height === picture.height;
    shown.current = picture;
    view.current?.show(picture, isSameSize);
  }, [picture, view]);

  useEffect(() => view.current?.mark(marks), [marks, view]);

  const isComparing = divider !== undefined;
  useEffect(() => {
    view.current?.compareWith(isComparing ? original : undefined);
  }, [isComparing, original, view]);
  useEffect(() => {
    if (divider !== undefined) view.current?.divideAt(divider);
  }, [divider, view]);

  return (
    <div class="viewer-scan">
      <div ref={place} class="viewer-canvas" role="img" aria-label={`Scan of page ${page.number}`} />
      {divider !== undefined && <Divider share={divider} {...{ page, onDivide }} />}
    </div>
  );
}

type DividerProps = { share: number; page: ReadPage; onDivide(share: number): void };

/** A range input under a line: it can be moved by pointer, touch and keys. */
function Divider({ share, page, onDivide }: DividerProps) {
  const line = useRef<HTMLDivElement>(null);
  // Both sides are shown upright.
  const turns = page.preparation.filter(({ step }) => step === "rotate");
  const others = page.preparation.filter(({ step }) => step !== "rotate");
  useEffect(() => line.current?.style.setProperty("--share", `${share * 100}%`), [share]);
  return (
    <div ref={line} class="viewer-divider">
      <span class="viewer-side">{["As it came", ...preparationText(turns)].join(", ")}</span>
      <span class="viewer-side">{["As it was read", ...preparationText(others)].join(", ")}</span>
      <input
        type="range"
        min={0}
        max={1000}
        value={Math.round(share * 1000)}
        aria-label="Divider between the scan as it came and as it was read"
        onInput={({ currentTarget }) => onDivide(Number(currentTarget.value) / 1000)}
      />
    </div>
  );
}
