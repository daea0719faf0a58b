import { extensions } from "@orbital-witness/common/documents/format.ts";
import {
  documentTypeSchema,
  type OrderRequest,
  titleNumberForm,
} from "@orbital-witness/common/orders/order.ts";
import type { FolderLists } from "./folder-lists.ts";

/** The most documents of an answer. */
export const mostDocuments = 200;
const atOnce = 16;

/** The people's own scans come first, and hide samples of the same title number and type. */
const roots = ["documents", "samples"] as const;

/**
 * The first documents of the source whose title number begins with `prefix`: those in documents/, then those
 * in samples/, each sorted. Rejects if the source does not answer.
 */
export async function offeredDocuments(lists: FolderLists, prefix: string): Promise<OrderRequest[]> {
  const found = new Map<string, OrderRequest>();
  for (const root of roots) {
    const { folders } = await lists.get(root);
    const titles = folders.filter((name) => name.startsWith(prefix) && titleNumberForm.test(name)).toSorted();
    // Folders may be empty. More of them than documents are not searched.
    for (let from = 0; from < Math.min(titles.length, mostDocuments); from += atOnce) {
      if (found.size >= mostDocuments) break;
      const some = titles.slice(from, from + atOnce);
      const inside = await Promise.all(some.map((title) => lists.get(`${root}/${title}`)));
      for (const [index, { files }] of inside.entries()) {
        for (const document_type of typesOf(files)) {
          const document = { title_number: some[index] ?? "", document_type };
          const key = `${document.title_number} ${document_type}`;
          if (!found.has(key)) found.set(key, document);
        }
      }
    }
  }
  return [...found.values()].slice(0, mostDocuments);
}

/** The types of the documents that these files are: `lease.pdf` is a lease. Sorted. */
function typesOf(files: readonly string[]): OrderRequest["document_type"][] {
  const types = files.flatMap((file) => {
    const [, name = "", extension = ""] = /^([a-z_]+)\.([a-z0-9]+)$/.exec(file) ?? [];
    const type = documentTypeSchema.safeParse(name);
    return type.success && extensions.includes(extension) ? type.data : [];
  });
  return [...new Set(types)].toSorted();
}
