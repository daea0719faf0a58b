import {
  decodePDFRawStream,
  degrees,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFRawStream,
  PDFString,
  rgb,
} from "@cantoo/pdf-lib";

export const clause = "The tenant pays the rent";

/**
 * A PDF of two pages with links, bookmarks, page labels, Info and XMP metadata, form fields, and different
 * sizes, rotations and crop boxes. `useObjectStreams`: with a cross-reference stream instead of a table.
 */
export async function richPdf(options: { useObjectStreams: boolean }): Promise<Buffer> {
  const pdf = await PDFDocument.create();
  const { context, catalog } = pdf;
  const first = pdf.addPage([400, 200]);
  const second = pdf.addPage([300, 500]);
  second.setRotation(degrees(270));
  second.setCropBox(20, 30, 250, 400);
  for (const page of [first, second]) {
    page.drawText(clause, { x: 40, y: 150, size: 12, color: rgb(0, 0, 0.6) });
    page.drawRectangle({ x: 40, y: 60, width: 90, height: 40, borderColor: rgb(1, 0, 0), borderWidth: 2 });
  }
  const link = context.obj({
    ...{ Type: "Annot", Subtype: "Link", Rect: [40, 145, 180, 165], Border: [0, 0, 0] },
    A: { S: "URI", URI: PDFString.of("https://example.org/lease") },
  });
  first.node.addAnnot(context.register(link));
  const jump = context.obj({
    ...{ Type: "Annot", Subtype: "Link", Rect: [40, 60, 130, 100], Border: [0, 0, 0] },
    Dest: [second.ref, PDFName.of("Fit")],
  });
  first.node.addAnnot(context.register(jump));
  const outlines = context.nextRef();
  const bookmark = context.obj({
    ...{ Title: PDFHexString.fromText("Zweite Seite – §2"), Parent: outlines },
    Dest: [second.ref, PDFName.of("Fit")],
  });
  const item = context.register(bookmark);
  context.assign(outlines, context.obj({ Type: "Outlines", First: item, Last: item, Count: 1 }));
  catalog.set(PDFName.of("Outlines"), outlines);
  catalog.set(PDFName.of("PageMode"), PDFName.of("UseOutlines"));
  catalog.set(PDFName.of("PageLabels"), context.obj({ Nums: [0, { S: "r", St: 3 }, 1, { S: "D" }] }));
  catalog.set(PDFName.of("Lang"), PDFString.of("en-GB"));
  const xmp = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"/>
    <?xpacket end="w"?>`;
  const metadata = context.stream(xmp, { Type: "Metadata", Subtype: "XML" });
  catalog.set(PDFName.of("Metadata"), context.register(metadata));
  pdf.setTitle("Lease of the orchard");
  pdf.setAuthor("Quill & Marlow");
  const form = pdf.getForm();
  const name = form.createTextField("tenant.name");
  name.setText("Edith Marlow");
  name.addToPage(first, { x: 200, y: 20, width: 150, height: 24 });
  form.createCheckBox("agreed").addToPage(second, { x: 60, y: 60, width: 20, height: 20 });
  return Buffer.from(await pdf.save(options));
}

/** The lines of an object's source in a fixed order, without object numbers. */
function linesOf(object: unknown): string[] {
  return String(object)
    .replace(/\d+ 0 R/g, "R")
    .split("\n")
    .sort();
}

/** What a result must keep of a PDF, in a form that can be compared. */
export async function keptOf(bytes: Uint8Array) {
  const pdf = await PDFDocument.load(bytes, { updateMetadata: false });
  const { catalog, context } = pdf;
  const metadata = catalog.lookup(PDFName.of("Metadata"));
  if (!(metadata instanceof PDFRawStream)) throw new Error("the document has no metadata");
  const entries = ["Outlines", "PageLabels", "Lang", "PageMode", "AcroForm"];
  const sourceOf = (name: string) => linesOf(catalog.lookup(PDFName.of(name)));
  return {
    catalog: Object.fromEntries(entries.map((name) => [name, sourceOf(name)])),
    metadata: Buffer.from(decodePDFRawStream(metadata).decode()).toString(),
    info: [pdf.getTitle(), pdf.getAuthor()],
    fields: pdf
      .getForm()
      .getFields()
      .map((field) => [field.constructor.name, field.getName()]),
    values: [pdf.getForm().getTextField("tenant.name").getText()],
    pages: pdf.getPages().map((page) => {
      const annotations = page.node.Annots()?.asArray() ?? [];
      return {
        boxes: [page.getMediaBox(), page.getCropBox(), page.getRotation().angle],
        annotations: annotations.map((each) => linesOf(context.lookup(each))),
      };
    }),
  };
}
