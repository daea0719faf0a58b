import { expect, it } from "vitest";
import type { OrderSummary } from "../api/types.ts";
import { fileStem, orderTitle } from "./order-name.ts";

type Parts = [OrderSummary["title_number"], OrderSummary["document_type"], OrderSummary["file_name"]];

it.each<[...Parts, title: string, stem: string]>([
  ["OW1", "title_plan", null, "OW1 Title plan", "OW1-title_plan"],
  [null, null, "lease of 1911.pdf", "lease of 1911.pdf", "lease of 1911"],
  [null, "lease", "scan.tar.gz", "scan.tar.gz Lease", "scan.tar"],
  ["OW1", null, "scan.pdf", "OW1", "OW1"],
  [null, null, null, "Your own scan", "scan"],
  [null, null, ".pdf", ".pdf", "scan"],
])("names %s, %s, %s", (title_number, document_type, file_name, title, stem) => {
  expect(orderTitle({ title_number, document_type, file_name })).toBe(title);
  expect(fileStem({ title_number, document_type, file_name })).toBe(stem);
});
