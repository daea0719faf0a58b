import { decodePDFRawStream, PDFDict, PDFName, type PDFObject, PDFRawStream } from "@cantoo/pdf-lib";
import { operationsOf } from "./edit/content-operators.ts";

/**
 * An appearance that PDFium made, without what it draws after the field's value: the button of a combo box,
 * with its arrow. Returns any other object as it is.
 */
export function valueOnly(object: PDFObject): PDFObject {
  if (!(object instanceof PDFRawStream) || !isForm(object.dict)) return object;
  const content = Buffer.from(decodePDFRawStream(object).decode());
  const operations = operationsOf(content);
  // The value is marked content (ISO 32000-1, 12.7.3.3).
  const last = operations.findLastIndex(({ operator }) => operator === "EMC");
  const end = operations[last]?.end;
  if (end === undefined || last === operations.length - 1) return object;
  const dictionary = PDFDict.fromMapWithContext(new Map(object.dict.entries()), object.dict.context);
  dictionary.delete(PDFName.of("Filter"));
  return PDFRawStream.of(dictionary, content.subarray(0, end));
}

function isForm(dictionary: PDFDict): boolean {
  return dictionary.lookup(PDFName.of("Subtype")) === PDFName.of("Form");
}
