import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";

type Named = Pick<OrderRecord, "title_number" | "document_type" | "file_name">;

/**
 * What an order's document is called, such as in a PDF's title: title number and type, joined by `between`,
 * or the name of the uploaded file without its extension.
 */
export function documentName({ title_number, document_type, file_name }: Named, between: string): string {
  const named = [title_number, document_type].filter((name) => name !== undefined);
  if (named.length === 2 || file_name === undefined) return named.join(between) || "document";
  return file_name.replace(/\.\w{1,5}$/, "") || file_name;
}

/** A Content-Disposition for a file of this name (RFC 6266). */
export function inlineFile(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["%\\]/g, "_");
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `inline; filename="${plain}"${plain === name ? "" : `; filename*=UTF-8''${encoded}`}`;
}
