import { readFile } from "node:fs/promises";
import process from "node:process";
import { restrictLibvips } from "../../services/ocr-worker/src/documents/image/image.ts";
import { openDocument } from "../../services/ocr-worker/src/documents/open-document.ts";
import { asFailure } from "../../services/ocr-worker/src/failure.ts";
import { defaultLimits } from "../../services/ocr-worker/src/limits.ts";

/** A program that decodes the picture in the file of its argument, and prints "read" or a failure code. */
restrictLibvips();
const bytes = await readFile(process.argv[2] ?? "");
try {
  const { document } = await openDocument(bytes, defaultLimits);
  await document.page(1, async () => []);
  process.stdout.write("read");
} catch (error) {
  process.stdout.write(asFailure(error).code);
}
