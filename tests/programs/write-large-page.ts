import process from "node:process";
import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import sharp from "sharp";
import type { ResultDocument } from "../../services/order-api/src/results/formats/result-document.ts";
import { writePreparedPdf } from "../../services/order-api/src/results/pdf/new-pdf.ts";
import { completedOrder } from "../redis/sample-order.ts";

/**
 * A program that writes the PDF of a page in colours, just below the default limit of 50 megapixels. It
 * prints the bytes of the PDF and the peak of its own memory in MiB, as JSON.
 */
const size = { width: 8000, height: 6000 };

const result: PageResult = {
  ...{ page: 1, ...size, dpi: 300, source: "ocr", preparation: [] },
  ...{ segmentation: "auto", confidence: null, blocks: [] },
};
const document: ResultDocument = {
  order: completedOrder(1),
  pageCount: 1,
  async *pages() {
    yield { page: 1, result };
  },
  image: () =>
    sharp({ create: { ...size, channels: 3, background: "bisque" } })
      .png({ compressionLevel: 1 })
      .toBuffer(),
  pdfPage: async () => undefined,
  pdfSource: async () => undefined,
};

let bytes = 0;
for await (const part of writePreparedPdf(document)) bytes += part.length;
process.stdout.write(JSON.stringify({ bytes, peak: process.resourceUsage().maxRSS / 1024 }));
