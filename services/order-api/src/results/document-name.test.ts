import { expect, test } from "vitest";
import { documentName, inlineFile } from "./document-name.ts";

test.each([
  [{ title_number: "AB1", document_type: "lease" as const }, "AB1-lease"],
  [{ title_number: "AB1", document_type: "lease" as const, file_name: "scan.pdf" }, "AB1-lease"],
  [{ file_name: "Flat 2.1.pdf" }, "Flat 2.1"],
  [{ file_name: ".pdf" }, ".pdf"],
  [{ title_number: "AB1", file_name: "scan.tiff" }, "scan"],
  [{ title_number: "AB1" }, "AB1"],
  [{}, "document"],
])("%o is called %s", (order, name) => {
  expect(documentName(order, "-")).toBe(name);
});

test("a file name that is not plain ASCII is sent in both forms", () => {
  expect(inlineFile("lease.txt")).toBe('inline; filename="lease.txt"');
  expect(inlineFile('Zoë "a"\r\n.txt')).toBe(
    `inline; filename="Zo_ _a___.txt"; filename*=UTF-8''Zo%C3%AB%20%22a%22%0D%0A.txt`,
  );
});
