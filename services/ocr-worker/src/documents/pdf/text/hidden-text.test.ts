import {
  type PDFDocument,
  PDFName,
  PDFOperator,
  PDFOperatorNames,
  type PDFPage,
  popGraphicsState,
  pushGraphicsState,
  rgb,
  setTextRenderingMode,
  TextRenderingMode,
} from "@cantoo/pdf-lib";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../../../../samples/drawing/random.ts";
import { makePdf, rawPdf, scanned } from "../../../../../../tests/documents.ts";
import { openPage } from "../../../../../../tests/open-bytes.ts";

type Place = { x: number; y: number; size: number };
type Hide = (page: PDFPage, pdf: PDFDocument, text: string, place: Place) => void;

const white = rgb(1, 1, 1);

/** The ways in which a page can contain invisible text. */
const hidden: Record<string, Hide> = {
  "of the paper's colour": (page, _, text, place) => page.drawText(text, { ...place, color: white }),
  "of no visible mode": (page, _, text, place) => {
    page.pushOperators(pushGraphicsState(), setTextRenderingMode(TextRenderingMode.Invisible));
    page.drawText(text, place);
    page.pushOperators(popGraphicsState());
  },
  "outside of the clipping path": (page, _, text, place) => {
    const clip = [PDFOperator.of(PDFOperatorNames.ClipNonZero), PDFOperator.of(PDFOperatorNames.EndPath)];
    const rectangle = PDFOperator.of(PDFOperatorNames.AppendRectangle, ["0", "0", "5", "5"]);
    page.pushOperators(pushGraphicsState(), rectangle, ...clip);
    page.drawText(text, place);
    page.pushOperators(popGraphicsState());
  },
  "under an opaque box": (page, _, text, place) => {
    page.drawText(text, place);
    const { x, y, size } = place;
    page.drawRectangle({
      x: x - 2,
      y: y - size / 2,
      width: text.length * size,
      height: size * 2,
      color: white,
    });
  },
  "under a black bar with other words on it": (page, _, text, place) => {
    page.drawText(text, place);
    const { x, y, size } = place;
    page.drawRectangle({ x: x - 2, y: y - size / 2, width: text.length * size, height: size * 2 });
    page.drawText("REDACTED", { ...place, color: white });
  },
  "of a layer that is switched off": (page, pdf, text, place) => {
    const layer = pdf.context.register(pdf.context.obj({ Type: "OCG", Name: "Draft" }));
    const settings = { OCGs: [layer], D: { OFF: [layer] } };
    pdf.catalog.set(PDFName.of("OCProperties"), pdf.context.obj(settings));
    page.node.normalizedEntries().Resources.set(PDFName.of("Properties"), pdf.context.obj({ Draft: layer }));
    page.pushOperators(
      PDFOperator.of(PDFOperatorNames.BeginMarkedContentSequence, [PDFName.of("OC"), PDFName.of("Draft")]),
    );
    page.drawText(text, place);
    page.pushOperators(PDFOperator.of(PDFOperatorNames.EndMarkedContent));
  },
  "outside of the crop box": (page, _, text, place) => {
    page.drawText(text, { ...place, y: 8 });
    page.setCropBox(0, 20, 400, 180);
  },
};

describe.each(Object.entries(hidden))("text %s", (name, hide) => {
  test.each([1, 2, 3])("is not read, and the visible text is (page %i)", async (seed) => {
    const random = seededRandom(seed);
    const size = 6 + Math.round(random() * 6);
    const place = { x: 20 + Math.round(random() * 60), y: 30 + Math.round(random() * 60), size };
    const bytes = await makePdf((page, pdf) => {
      page.drawText("The tenant pays the rent", { x: 20, y: 170, size });
      hide(page, pdf, "nil and forgiven", place);
      page.drawText("every quarter.", { x: 20, y: 140, size });
    });
    const { text = [], remove } = await openPage(bytes);
    const words = textOf({ blocks: text }).split(/\s+/).filter(Boolean).sort();
    const seen = ["The", "tenant", "pays", "the", "rent", "every", "quarter."];
    expect(words).toEqual([...seen, ...(name.endsWith("on it") ? ["REDACTED"] : [])].sort());
    expect(remove).toMatchObject({ hidden: [1], wrong: [] });
  });
});

test("Faint text is read, and so is text that differs from its background only in colour", async () => {
  const bytes = await makePdf((page) => {
    page.drawText("faint", { x: 20, y: 150, size: 12, color: rgb(0.85, 0.85, 0.85) });
    page.drawRectangle({ x: 10, y: 90, width: 200, height: 30, color: rgb(0.6, 0, 0) });
    page.drawText("green", { x: 20, y: 100, size: 12, color: rgb(0, 0.305, 0) });
  });
  const { text = [] } = await openPage(bytes);
  expect(textOf({ blocks: text })).toBe("faint\n\ngreen\n");
});

test.each([0, 0.4])("Words that are drawn twice, %d points apart, are read once", async (apart) => {
  const bytes = await makePdf((page) => {
    for (const x of [20, 20 + apart]) page.drawText("LEASE of the orchard", { x, y: 100, size: 12 });
  });
  const { text = [], remove } = await openPage(bytes);
  expect(textOf({ blocks: text })).toBe("LEASE of the orchard\n");
  expect(remove).toEqual({ hidden: [], wrong: [], covered: [] });
});

/** A page that draws the form X. X draws `form`. */
function pageWithForm(content: string, form: string): Buffer {
  return rawPdf(
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R /Resources 6 0 R >>",
    { dictionary: "", stream: Buffer.from(content) },
    {
      dictionary: "/Type /XObject /Subtype /Form /BBox [0 0 400 200] /Resources 6 0 R",
      stream: Buffer.from(form),
    },
    "<< /Font << /F 7 0 R >> /XObject << /X 5 0 R >> >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  );
}

test("A form that draws itself is read as viewers show it", async () => {
  const bytes = pageWithForm(
    "BT /F 12 Tf 20 150 Td (The rent is paid.) Tj ET /X Do",
    "BT /F 12 Tf 20 100 Td (Every quarter.) Tj ET /X Do",
  );
  const { text = [] } = await openPage(bytes);
  expect(textOf({ blocks: text })).toBe("The rent is paid.\n\nEvery quarter.\n");
});

test("A form that draws itself twice fails with a reason that says so", async () => {
  await expect(openPage(pageWithForm("/X Do", "/X Do /X Do"))).rejects.toMatchObject({
    code: "document_inflates",
    message: expect.stringContaining("parts of a page draw each other without end"),
  });
});

test("The invisible text of a scan is ignored", async () => {
  const bytes = await makePdf(async (page, pdf) => {
    await scanned("This lease is dated")(page, pdf);
    page.pushOperators(setTextRenderingMode(TextRenderingMode.Invisible));
    page.drawText("Thls 1ease ls datcd", { x: 9.6, y: 10.8, size: 9.6 });
  });
  const { text, remove } = await openPage(bytes);
  expect(text).toBeUndefined();
  expect(remove).toMatchObject({ hidden: [0], wrong: [] });
});
