import { contains } from "@orbital-witness/common/results/box.ts";
import type { PageResult } from "@orbital-witness/common/results/page-result.ts";
import { piecesOf } from "../words/pieces.ts";
import { alignedTables } from "./aligned-table.ts";
import { ruledTable } from "./ruled-table.ts";
import type { Table } from "./table.ts";

/** The tables of a page, from the top. */
export function readTables(page: Pick<PageResult, "blocks" | "regions">): Table[] {
  const pieces = piecesOf(page);
  const frames = page.regions?.frames ?? [];
  const ruled = frames.flatMap((frame) => ruledTable(frame, pieces) ?? []);
  const outside = pieces.filter(({ box }) => !frames.some((frame) => contains(frame.box, box)));
  return [...ruled, ...alignedTables(outside)].sort((a, b) => a.box[1] - b.box[1] || a.box[0] - b.box[0]);
}
