import type { OrderSummary } from "../api/types.ts";
import { typeText } from "./texts.ts";

type Named = Pick<OrderSummary, "title_number" | "document_type" | "file_name">;

/** What names an order in bold, and what is said beside it. Uploads may have neither title nor type. */
export function orderName({ title_number, document_type, file_name }: Named): { main: string; more: string } {
  const type = document_type === null ? "" : typeText(document_type);
  if (title_number !== null) return { main: title_number, more: type };
  return { main: file_name ?? "Your own scan", more: type };
}

/** The name in one text. */
export function orderTitle(order: Named): string {
  const { main, more } = orderName(order);
  return more === "" ? main : `${main} ${more}`;
}

/** The name of a downloaded file, without its suffix. */
export function fileStem({ title_number, document_type, file_name }: Named): string {
  if (title_number !== null) return [title_number, document_type].filter((part) => part !== null).join("-");
  return file_name?.replace(/\.[^.]*$/, "") || "scan";
}
