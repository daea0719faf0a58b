import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { createLog } from "@orbital-witness/common/log.ts";
import { type PageResult, textOf } from "@orbital-witness/common/results/page-result.ts";
import type { ResultStore } from "@orbital-witness/common/results/result-store.ts";
import { defaultLimits } from "../../services/ocr-worker/src/limits.ts";
import { ProcessPageReader } from "../../services/ocr-worker/src/page-process/page-reader.ts";
import { developmentLanguageData } from "../../services/ocr-worker/src/recognition/engine.ts";
import { resultDocument } from "../../services/order-api/src/results/formats/result-document.ts";
import { writePreparedPdf } from "../../services/order-api/src/results/pdf/new-pdf.ts";
import { writePdf } from "../../services/order-api/src/results/pdf/write-pdf.ts";
import { completedOrder } from "../redis/sample-order.ts";

const unaborted = new AbortController().signal;

/**
 * `source`, `pdf` and `prepared` are files: the document, its `result.pdf`, and that with `view=prepared`.
 * `png`: the picture of its only page. `text`: the text of that page.
 */
type ReadFiles = {
  source: string;
  pdf: string;
  prepared: string;
  png: Buffer;
  result: PageResult;
  text: string;
};

/** Reads documents as a worker does, and writes the results as the Order API does. */
export class Reading {
  readonly #results: ResultStore;
  readonly #folder: string;
  readonly #reader: ProcessPageReader;

  constructor(results: ResultStore, folder: string) {
    this.#results = results;
    this.#folder = folder;
    const languages = { languages: ["eng"], languageData: developmentLanguageData() };
    this.#reader = new ProcessPageReader(createLog("test", "silent"), results, {
      limits: defaultLimits,
      ...languages,
    });
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  /** Reads a document of one page. */
  async read(document: Uint8Array): Promise<ReadFiles> {
    const order = completedOrder(1);
    await this.#results.save(order, "document", document);
    const { format } = await this.#reader.inspect(order, unaborted);
    if (format === "PDF") await this.#reader.outline(order, unaborted);
    await this.#reader.read(order, 1, unaborted);
    const result = await this.#results.page(order, 1);
    const png = await (await this.#results.file(order, "1.png"))?.bytes();
    if (!result || !png) throw new Error("the page was not read");
    const name = path.join(this.#folder, randomUUID());
    const [source, pdf, prepared] = [`${name}.source`, `${name}.pdf`, `${name}.prepared.pdf`];
    const parts = resultDocument(this.#results, order, order);
    await writeFile(source, document);
    await writeFile(pdf, writePdf(parts));
    await writeFile(prepared, writePreparedPdf(parts));
    return { source, pdf, prepared, png, result, text: textOf(result) };
  }

  /** The text of a picture of a page. */
  async textOf(png: Uint8Array): Promise<string> {
    return (await this.read(png)).text;
  }
}
