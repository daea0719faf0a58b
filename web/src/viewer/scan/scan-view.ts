import OpenSeadragon from "openseadragon";
import type { PageWord } from "../words/page-words.ts";
import { type Comparison, compare } from "./comparison.ts";
import type { Picture } from "./picture.ts";
import { addedImage, type PictureSource, pictureSource } from "./picture-source.ts";
import { drawMarks, type Marks, newDrawing, wordAt } from "./word-marks.ts";

export type ScanEvents = {
  /** A click on a word, or beside all words. */
  selected(index: number | undefined): void;
  /** The pointer is over another word, or over none. */
  pointed(index: number | undefined): void;
  failed(error: unknown): void;
  drawn(): void;
};

/** How far the view goes beyond the size at which a pixel of the picture is a pixel of the screen. */
const mostPixelsPerPixel = 4;
/** A word that is stepped to is at least this high, in pixels of the screen. */
const readableHeight = 22;

/** A page's picture that can be moved and enlarged, with marked words. */
export class ScanView {
  readonly #viewer: OpenSeadragon.Viewer;
  readonly #events: ScanEvents;
  #words: readonly PageWord[] = [];
  #drawing: SVGSVGElement | undefined;
  #image: OpenSeadragon.TiledImage | undefined;
  #source: PictureSource | undefined;
  #comparison: Comparison | undefined;
  #pointed: number | undefined;

  constructor(element: HTMLElement, events: ScanEvents) {
    this.#events = events;
    preventInlineStyle();
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#viewer = new OpenSeadragon.Viewer({
      element,
      drawer: "canvas",
      showNavigationControl: false,
      visibilityRatio: 1,
      minZoomImageRatio: 0.9,
      maxZoomPixelRatio: mostPixelsPerPixel,
      animationTime: isStill ? 0 : 0.4,
      springStiffness: 10,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsPen: { clickToZoom: false, dblClickToZoom: true },
      // The keys belong to the page of the viewer.
      keyboardNavEnabled: false,
      tabIndex: -1,
    });
    this.#viewer.addHandler("canvas-click", ({ quick, position }) => {
      if (quick) events.selected(this.#wordUnder(position)?.index);
    });
    this.#viewer.canvas.addEventListener("pointermove", this.#moved);
    this.#viewer.canvas.addEventListener("pointerleave", this.#left);
  }

  /** Shows a page in place of the last one. Keeps the position in the picture if `keepsView`. */
  show(picture: Picture, keepsView: boolean): void {
    const bounds = this.#viewer.viewport?.getBounds(true);
    this.compareWith(undefined);
    this.#source?.stop();
    this.#viewer.close();
    this.#source = pictureSource(picture, this.#events.failed);
    this.#viewer.addTiledImage({
      tileSource: this.#source.tiles,
      success: (event) => {
        const item = addedImage(event);
        this.#image = item;
        this.#drawing = newDrawing(picture.width, picture.height);
        const place = new OpenSeadragon.Rect(0, 0, 1, picture.height / picture.width);
        // OpenSeadragon's types know HTML elements only.
        this.#viewer.addOverlay({ element: this.#drawing, location: place } as never);
        if (keepsView && bounds) this.#viewer.viewport.fitBounds(bounds, true);
        else this.fit(true);
        item.whenFullyLoaded(() => this.#events.drawn());
        this.#events.drawn();
      },
      error: this.#events.failed,
    });
  }

  /** The words of the page that is shown. They are marked by `mark`. */
  setWords(words: readonly PageWord[]): void {
    this.#words = words;
  }

  mark(marks: Marks): void {
    if (this.#drawing) drawMarks(this.#drawing, this.#words, marks);
  }

  /** Moves the word into view, and enlarges the picture if the word would be too small to read. */
  reveal(index: number): void {
    const word = this.#words[index];
    if (!word || !this.#image) return;
    const { viewport } = this.#viewer;
    const [left, top, right, bottom] = word.box;
    const rect = this.#image.imageToViewportRectangle(left, top, right - left, bottom - top);
    const heightNow = rect.height * viewport.getZoom() * this.#viewer.canvas.clientWidth;
    const bounds = viewport.getBounds();
    const isInside =
      rect.x > bounds.x + bounds.width * 0.05 &&
      rect.y > bounds.y + bounds.height * 0.05 &&
      rect.x + rect.width < bounds.x + bounds.width * 0.95 &&
      rect.y + rect.height < bounds.y + bounds.height * 0.95;
    const share = Math.max(rect.width / bounds.width, rect.height / bounds.height);
    const isReadable = heightNow >= readableHeight;
    if (isInside && isReadable) return;
    // A zoom to a point would move the view away from where it is moved to.
    if (share > 0.9) viewport.zoomTo((viewport.getZoom() * 0.6) / share);
    else if (!isReadable) viewport.zoomTo((viewport.getZoom() * readableHeight) / Math.max(heightNow, 0.1));
    viewport.panTo(rect.getCenter());
    viewport.applyConstraints();
  }

  zoomBy(factor: number): void {
    this.#viewer.viewport.zoomBy(factor);
    this.#viewer.viewport.applyConstraints();
  }

  /** Moves the view by parts of its own size. */
  moveBy(right: number, down: number): void {
    const { width, height } = this.#viewer.viewport.getBounds();
    this.#viewer.viewport.panBy(new OpenSeadragon.Point(width * right, height * down));
    this.#viewer.viewport.applyConstraints();
  }

  /** Shows the whole page. */
  fit(immediately = false): void {
    if (this.#image) this.#viewer.viewport.fitBounds(withMargin(this.#image.getBounds()), immediately);
  }

  /** Shows the page as wide as the view, from its top. */
  fitWidth(immediately = false): void {
    if (!this.#image) return;
    const { x, y, width } = this.#image.getBounds();
    const ratio = this.#viewer.canvas.clientHeight / this.#viewer.canvas.clientWidth;
    this.#viewer.viewport.fitBounds(
      withMargin(new OpenSeadragon.Rect(x, y, width, width * ratio)),
      immediately,
    );
  }

  /** Shows `original` left of the divider, at `factor` times its own pixels; undefined ends that. */
  compareWith(original: { picture: Picture; factor: number } | undefined): void {
    this.#comparison?.end();
    this.#comparison = undefined;
    if (!original || !this.#image) return;
    const source = pictureSource(original.picture, this.#events.failed);
    const drawing = this.#drawing;
    // The marks belong to the page as it was read.
    const divided = (place: number) => {
      if (drawing) drawing.style.clipPath = place === 0 ? "" : `inset(0 0 0 ${place * 100}%)`;
    };
    this.#comparison = compare(this.#viewer, this.#image, source, original.factor, divided);
  }

  /** `share`: where the divider is, from 0 (left) to 1 (right). */
  divideAt(share: number): void {
    this.#comparison?.divideAt(share);
  }

  destroy(): void {
    this.#viewer.canvas.removeEventListener("pointermove", this.#moved);
    this.#viewer.canvas.removeEventListener("pointerleave", this.#left);
    this.compareWith(undefined);
    this.#source?.stop();
    this.#viewer.destroy();
  }

  readonly #moved = (event: PointerEvent) => {
    const { left, top } = this.#viewer.canvas.getBoundingClientRect();
    this.#point(this.#wordUnder(new OpenSeadragon.Point(event.clientX - left, event.clientY - top)));
  };

  readonly #left = () => this.#point(undefined);

  #point(word: PageWord | undefined): void {
    if (word?.index === this.#pointed) return;
    this.#pointed = word?.index;
    this.#viewer.canvas.classList.toggle("over-word", word !== undefined);
    this.#events.pointed(word?.index);
  }

  #wordUnder(position: OpenSeadragon.Point): PageWord | undefined {
    if (!this.#image) return undefined;
    const place = this.#viewer.viewport.pointFromPixel(position, true);
    const { x, y } = this.#image.viewportToImageCoordinates(place, true);
    return wordAt(this.#words, x, y);
  }
}

/**
 * OpenSeadragon adds a style element to the page unless there is one, which the Content-Security-Policy
 * forbids. viewer.css has its rule.
 */
function preventInlineStyle(): void {
  const name = "data-openseadragon-mobile-css";
  if (document.querySelector(`style[${name}]`)) return;
  // An empty style element of HTML is forbidden too, so this one belongs to no namespace.
  const style = document.createElementNS(null, "style");
  style.setAttribute(name, "");
  document.head.append(style);
}

function withMargin({ x, y, width, height }: OpenSeadragon.Rect): OpenSeadragon.Rect {
  const margin = width * 0.02;
  return new OpenSeadragon.Rect(x - margin, y - margin, width + 2 * margin, height + 2 * margin);
}
