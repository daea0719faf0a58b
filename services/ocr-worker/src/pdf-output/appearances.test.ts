import { PDFDocument, PDFName } from "@cantoo/pdf-lib";
import { expect, test } from "vitest";
import { outlinePdf } from "./outline-pdf.ts";

test("a combo box without an appearance shows its value, and no button", async () => {
  const pdf = await PDFDocument.create();
  const page = pdf.addPage([400, 200]);
  const county = pdf.getForm().createDropdown("county");
  county.addOptions(["Kent", "Dorset"]);
  county.select("Dorset");
  county.addToPage(page, { x: 50, y: 100, width: 120, height: 24 });
  for (const { dict } of county.acroField.getWidgets()) dict.delete(PDFName.of("AP"));
  const bytes = await pdf.save({ updateFieldAppearances: false });
  const { outline } = await outlinePdf(Buffer.from(bytes));
  const added = outline.changed.map(({ body }) => Buffer.from(body, "base64").toString("latin1"));
  const appearances = added.filter((source) => source.includes("/Subtype /Form"));
  expect(appearances).toHaveLength(1);
  expect(appearances[0]).toMatch(/\(Dorset\) Tj\s+ET\s+Q\s+EMC\s+endstream$/);
});
