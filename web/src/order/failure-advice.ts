/** What a customer can do about a failure, by its code. */
export function adviceFor(code: string): string {
  return advice.get(code) ?? "Try again. If it fails again, order the document again.";
}

const divide = "Divide the document into smaller ones";
const lower = "Scan the page at a lower resolution";

const advice = new Map([
  ["document_not_found", "Check the title number and the document type."],
  ["upload_missing", "Upload the file again."],
  ["source_refused", "Ask an operator whether this system may read documents from the source."],
  ["source_unavailable", "Wait some minutes, then try again."],
  ["source_redirects", "Ask an operator to check the address of the document source."],
  ["unsupported_format", "Use a PDF, TIFF, PNG, JPEG, WebP or BMP."],
  ["document_empty", "The file has no content. Scan the document again."],
  ["document_damaged", "Open the document yourself. If it opens, save it again and order it again."],
  ["document_encrypted", "Save the document without a password, and order it again."],
  ["no_pages", "The file has no pages. Scan the document again."],
  ["document_too_large", `${divide}, or ask an operator to raise documentMegabytes.`],
  ["document_inflates", `${divide}, or ask an operator to raise decompressedMegabytes.`],
  ["too_many_pages", `${divide}, or ask an operator to raise documentPages.`],
  ["page_too_large", `${lower}, or ask an operator to raise pageMegapixels.`],
  ["page_too_slow", `${lower}, or ask an operator to raise pageSeconds.`],
  ["page_crashed", "Save the document in another format, and order it again."],
  ["page_damaged", "Open the page yourself. If it opens, save the document again and order it again."],
  ["no_text_found", "Look at the pages: they may be blank, or show pictures only."],
  ["storage_unavailable", "Ask an operator to check the disk, then try again."],
  ["storage_full", "The order waits until there is room. An operator can add some."],
  ["worker_lost", "Try again. If it happens again, ask an operator to look at the workers' logs."],
  ["internal_error", "Try again. If it happens again, send an operator the id of the order."],
]);
