import { type Block, type Box, type Line, wordReaders } from "@orbital-witness/common/results/page-result.ts";
import { documentName } from "../document-name.ts";
import { escapeMarkup } from "./markup.ts";
import type { DocumentPage, ResultDocument } from "./result-document.ts";

const namespace = "http://www.loc.gov/standards/alto/ns-v4#";

const readerNames = { tesseract: "tesseract", ppocr: "PP-OCRv6" } as const;

/**
 * ALTO 4.4, in pixels. Words that were not recognised have no `WC`, and corrected ones have the correction
 * status `CS`. Recognised ones name who read them. A page that was not read has the quality `Missing`, with
 * the reason as its detail.
 */
export async function* writeAlto({ order, pages }: ResultDocument): AsyncGenerator<string> {
  yield `<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="${namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="${namespace} http://www.loc.gov/standards/alto/v4/alto-4-4.xsd" SCHEMAVERSION="4.4">
<Description>
<MeasurementUnit>pixel</MeasurementUnit>
<sourceImageInformation>
<fileName>${escapeMarkup(order.file_name ?? documentName(order, "/"))}</fileName>
<documentIdentifier>${escapeMarkup(order.order_id)}</documentIdentifier>
</sourceImageInformation>
<Processing ID="recognition">
<processingSoftware><softwareName>orbital-witness</softwareName></processingSoftware>
</Processing>
${wordReaders.map(readerMarkup).join("")}</Description>
<Layout>
`;
  for await (const page of pages()) yield pageMarkup(page);
  yield "</Layout>\n</alto>\n";
}

function readerMarkup(reader: (typeof wordReaders)[number]): string {
  const software = `<softwareName>${readerNames[reader]}</softwareName>`;
  return `<Processing ID="${reader}">\n<processingSoftware>${software}</processingSoftware>\n</Processing>\n`;
}

function pageMarkup({ page, result, error }: DocumentPage): string {
  const attributes = `ID="page_${page}" PHYSICAL_IMG_NR="${page}"`;
  if (!result) {
    const detail = escapeMarkup(`${error.code}: ${error.message}`);
    return `<Page ${attributes} QUALITY="Missing" QUALITY_DETAIL="${detail}"/>\n`;
  }
  const { width, height, confidence, blocks } = result;
  const size = `WIDTH="${width}" HEIGHT="${height}"`;
  const sure = confidence === null ? "" : ` PC="${share(confidence)}"`;
  const content = blocks.map((block, index) => blockMarkup(block, `${page}_${index + 1}`)).join("");
  const space = `<PrintSpace ${position([0, 0, width, height])}>\n${content}</PrintSpace>`;
  return `<Page ${attributes} ${size} PROCESSING="recognition"${sure}>\n${space}\n</Page>\n`;
}

function blockMarkup({ box, lines }: Block, id: string): string {
  const content = lines.map((line, index) => lineMarkup(line, `${id}_${index + 1}`)).join("");
  return `<TextBlock ID="block_${id}" ${position(box)}${rotation(lines)}>\n${content}</TextBlock>\n`;
}

/** ALTO counts counter-clockwise, and only blocks have a rotation. */
function rotation(lines: Line[]): string {
  const [first, ...others] = new Set(lines.map(({ words }) => words[0]?.direction));
  return first === undefined || others.length > 0 ? "" : ` ROTATION="${360 - first}"`;
}

function lineMarkup({ box, words }: Line, id: string): string {
  const content = words.map(({ text, box, confidence, source, reader }, index) => {
    const certainty = confidence === undefined ? "" : ` WC="${share(confidence)}"`;
    const by = reader === undefined ? "" : ` PROCESSINGREFS="${reader}"`;
    const status = source === "corrected" ? ' CS="true"' : "";
    const content = `CONTENT="${escapeMarkup(text)}"`;
    return `<String ID="string_${id}_${index + 1}" ${position(box)}${by}${certainty}${status} ${content}/>`;
  });
  return `<TextLine ID="line_${id}" ${position(box)}>\n${content.join("<SP/>\n")}\n</TextLine>\n`;
}

function position([left, top, right, bottom]: Box): string {
  return `HPOS="${left}" VPOS="${top}" WIDTH="${right - left}" HEIGHT="${bottom - top}"`;
}

/** A confidence of 0 to 100 as a share of 1. */
function share(confidence: number): number {
  return Math.round(confidence * 100) / 10_000;
}
