import { openResultStore } from "@orbital-witness/common/results/open-result-store.ts";
import {
  type Block,
  meanConfidence,
  sourceOf,
  textOf,
  wordsOf,
} from "@orbital-witness/common/results/page-result.ts";
import { savePdfOutline } from "@orbital-witness/common/results/pdf-outline.ts";
import { savePdfPage } from "@orbital-witness/common/results/pdf-page.ts";
import type { ResultRef, ResultStore } from "@orbital-witness/common/results/result-store.ts";
import type { PageContent } from "../documents/document.ts";
import { openDocument } from "../documents/open-document.ts";
import { storageFailure } from "../failure.ts";
import type { PageSource } from "../pdf-output/embed-image.ts";
import { makePdfPage } from "../pdf-output/make-pdf-page.ts";
import { outlinePdf } from "../pdf-output/outline-pdf.ts";
import { type Engine, openEngine } from "../recognition/engine.ts";
import type { ColourImage, GreyImage } from "../recognition/grey-image.ts";
import { toSharp } from "../recognition/preparation/picture.ts";
import { createRecognizer, type RecognizedPage, type RecognizePage } from "../recognition/recognize-page.ts";
import { openSecondReader, type SecondReader } from "../recognition/second-reader/second-reader.ts";
import type { DocumentInfo, PageRead } from "./page-reader.ts";
import { originalPicture, wasMoved } from "./pictures/original-picture.ts";
import { pictureTiles } from "./pictures/picture-tiles.ts";
import type { PageProcessSettings } from "./protocol.ts";
import { StepTimes } from "./step-times.ts";

/** The resolution at which pages that are not scans are drawn. */
const drawnDpi = 300;

/** The tasks of a page process. */
export class PageWork {
  readonly #settings: PageProcessSettings;
  readonly #results: ResultStore;
  readonly #engine: Engine;
  readonly #recognize: RecognizePage;

  private constructor(settings: PageProcessSettings, engine: Engine, secondReader?: SecondReader) {
    this.#settings = settings;
    this.#results = openResultStore(settings.resultStore);
    this.#engine = engine;
    this.#recognize = createRecognizer(engine, secondReader);
  }

  static async open(settings: PageProcessSettings): Promise<PageWork> {
    const engine = await openEngine(settings.languages, settings.languageData);
    const { secondReader: wanted, languages } = settings;
    return new PageWork(settings, engine, wanted && (await openSecondReader(wanted, languages)));
  }

  async inspect(ref: ResultRef): Promise<DocumentInfo> {
    const { format, document } = await openDocument(await this.#document(ref), this.#settings.limits);
    return { format, pages: document.pages };
  }

  async read(ref: ResultRef, page: number): Promise<PageRead> {
    const known = await this.#results.page(ref, page);
    const times = new StepTimes();
    const { result, ...shown } = known ? { result: known } : await this.#readAnew(ref, page, times);
    return {
      ...{ isEmpty: wordsOf(result).length === 0, characters: textOf(result).length, ...shown },
      ...{ confidence: known ? null : result.confidence, steps: times.ms },
    };
  }

  async outline(ref: ResultRef): Promise<void> {
    const { outline, base } = await outlinePdf(await this.#document(ref));
    if (base) await stored(this.#results.save(ref, "pdf-base", base));
    await stored(savePdfOutline(this.#results, ref, outline));
  }

  async #document(ref: ResultRef): Promise<Buffer> {
    const file = await this.#results.file(ref, "document");
    if (!file) throw new Error("the document is not in the result store");
    return file.bytes();
  }

  async #readAnew(ref: ResultRef, page: number, times: StepTimes) {
    const { bytes, format, document } = await times.time("open", async () => {
      const bytes = await this.#document(ref);
      return { bytes, ...(await openDocument(bytes, this.#settings.limits)) };
    });
    const content = await times.time("draw", () => document.page(page, this.#engine.recognize));
    const { image, text, warnings = [] } = content;
    const recognized = text
      ? withText(content, text)
      : await times.time("recognise", () => this.#recognize(image));
    if (warnings.length > 0) recognized.result.warnings = warnings;
    const source = { format, bytes, page, content };
    const { notShown, keptText } = await this.#savePdfPage(ref, source, recognized.result, times);
    if (keptText !== undefined) recognized.result.warnings = [...warnings, "hidden_text_kept"];
    const coloured = await times.time("picture", async () => content.colour?.());
    if (wasMoved(recognized.result.preparation)) {
      const { preparation } = recognized.result;
      const { jpeg, original } = await times.time("picture", () =>
        originalPicture(coloured ?? image, preparation, content.turn ?? 0),
      );
      await times.time("store", () => stored(this.#results.save(ref, `${page}.original.jpg`, jpeg)));
      recognized.result.original = original;
    }
    const shown = await times.time("picture", async () =>
      coloured ? recognized.likewise(coloured) : recognized.image,
    );
    const large = await times.time("picture", () => pictureTiles(shown));
    if (large) {
      await times.time("store", () => stored(this.#results.save(ref, `${page}.tiles`, large.bytes)));
      recognized.result.tiles = large.tiles;
    }
    const png = await times.time("picture", () => toPng(shown));
    await times.time("store", () => stored(this.#results.savePage(ref, { ...recognized.result, page }, png)));
    return { result: recognized.result, notShown, keptText };
  }

  /**
   * `notShown`: why the page cannot be shown as in the document. `keptText`: why text that should be removed
   * stays in the PDF. Neither is a reason to fail the page.
   */
  async #savePdfPage(ref: ResultRef, source: PageSource, result: RecognizedPage["result"], times: StepTimes) {
    const made = await times.time("pdf", () =>
      makePdfPage(source, result).catch((error: unknown) => String(error)),
    );
    if (typeof made === "string") return { notShown: made };
    await times.time("store", () => stored(savePdfPage(this.#results, ref, source.page, made.pdfPage)));
    return { keptText: made.kept };
  }
}

/** Rejects with a failure that says whether the store is full or out of order. */
function stored<T>(write: Promise<T>): Promise<T> {
  return write.catch((cause: unknown) => {
    throw storageFailure(cause);
  });
}

function withText({ image, turn }: PageContent, blocks: Block[]): RecognizedPage {
  const { width, height, dpi = drawnDpi } = image;
  return {
    image,
    likewise: async (original) => original,
    result: {
      ...{ width, height, dpi, blocks },
      source: sourceOf({ blocks }),
      segmentation: "text_layer",
      preparation: turn ? [{ step: "rotate", degrees: turn }] : [],
      confidence: meanConfidence({ blocks }),
    },
  };
}

function toPng(image: GreyImage | ColourImage): Promise<Buffer> {
  const picture = toSharp(image);
  return (image.dpi ? picture.withDensity(image.dpi) : picture).png({ compressionLevel: 4 }).toBuffer();
}
