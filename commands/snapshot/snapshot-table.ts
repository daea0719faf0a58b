import { inColumns } from "../lib/columns.ts";
import { type ListedSnapshot, sizeOf } from "./snapshot-files.ts";

/** The snapshots as text, one on each line. */
export function snapshotTable(snapshots: readonly ListedSnapshot[]): string {
  if (snapshots.length === 0) return "There are no snapshots. Save one: npm run snapshot -- save NAME";
  const rows = snapshots.map(({ name, description }) => [
    ...[name, description.savedAt.slice(0, 19).replace("T", " "), sizeText(sizeOf(description))],
    description.orders === null ? "?" : String(description.orders),
  ]);
  return inColumns([["name", "saved (UTC)", "size", "orders"], ...rows]).join("\n");
}

/** "3.4 MiB". */
export function sizeText(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
