import { PDFName, PDFString } from "@cantoo/pdf-lib";
import { textOf, wordsOf } from "@orbital-witness/common/results/page-result.ts";
import { expect, test } from "vitest";
import { seededRandom } from "../../../../../samples/drawing/random.ts";
import { makePdf } from "../../../../../tests/documents.ts";
import { openPage } from "../../../../../tests/open-bytes.ts";

const labels = ["Title number:", "Transferor:", "Consideration:"];
const values = ["OW81726354", "Beatrice Ellwood", "185000 pounds"];

/** A form whose fields have values but no appearances. */
function filledForm(seed: number): Promise<Buffer> {
  const random = seededRandom(seed);
  const x = 130 + Math.round(random() * 80);
  return makePdf((page, pdf) => {
    const form = pdf.getForm();
    for (const [index, label] of labels.entries()) {
      const y = 160 - index * 40;
      page.drawText(label, { x: 20, y, size: 11 });
      const field = form.createTextField(`field${index}`);
      field.setText(values[index]);
      field.addToPage(page, { x, y: y - 4, width: 180, height: 18, borderWidth: 0 });
      for (const widget of field.acroField.getWidgets()) widget.dict.delete(PDFName.of("AP"));
    }
    page.drawText("The transferor transfers the property.", { x: 20, y: 40, size: 11 });
    const needAppearances = pdf.context.obj(seed % 2 === 0);
    form.acroForm.dict.set(PDFName.of("NeedAppearances"), needAppearances);
  });
}

test.each([1, 2, 3, 4])(
  "Form values without an appearance are drawn and read beside their labels (%i)",
  async (seed) => {
    const { image, text = [] } = await openPage(await filledForm(seed));
    const expected = labels.map((label, index) => `${label} ${values[index]}`);
    expect(textOf({ blocks: text }).split(/\n+/)).toEqual([
      ...expected,
      "The transferor transfers the property.",
      "",
    ]);
    const filled = wordsOf({ blocks: text }).filter(({ source }) => source === "form_value");
    expect(filled.map((word) => word.text).join(" ")).toBe(values.join(" "));
    for (const { box } of filled) expect(darkest(image, box)).toBeLessThan(100);
  },
);

test("Notes are read where viewers show them, with or without an appearance", async () => {
  const bytes = await makePdf((page, pdf) => {
    page.drawText("This lease is dated", { x: 20, y: 160, size: 11 });
    page.drawText("the first of May.", { x: 20, y: 40, size: 11 });
    const note = (contents: string, y: number, flags: number) =>
      pdf.context.register(
        pdf.context.obj({
          ...{ Type: "Annot", Subtype: "FreeText", F: flags, Rect: [20, y, 300, y + 20] },
          ...{ Contents: PDFString.of(contents), DA: PDFString.of("/Helv 11 Tf 0 g") },
        }),
      );
    const [shown, hidden] = [4, 2];
    const notes = [note("Remark of the registrar", 100, shown), note("Nobody sees it", 70, hidden)];
    page.node.set(PDFName.of("Annots"), pdf.context.obj(notes));
  });
  const { image, text = [] } = await openPage(bytes);
  const words = wordsOf({ blocks: text });
  expect(words.map((word) => word.text).join(" ")).toBe(
    "This lease is dated Remark of the registrar the first of May.",
  );
  for (const { box, source } of words) {
    expect(source).toBe("text_layer");
    expect(darkest(image, box)).toBeLessThan(100);
  }
});

type Picture = Awaited<ReturnType<typeof openPage>>["image"];

function darkest({ data, width }: Picture, [left, top, right, bottom]: number[]): number {
  let level = 255;
  for (let y = top ?? 0; y < (bottom ?? 0); y++) {
    for (let x = left ?? 0; x < (right ?? 0); x++) level = Math.min(level, data[y * width + x] ?? 255);
  }
  return level;
}
