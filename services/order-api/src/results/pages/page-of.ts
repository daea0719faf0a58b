import type { AppEnv } from "@orbital-witness/common/http/http-app.ts";
import type { Problem } from "@orbital-witness/common/http/problem.ts";
import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import type { ResultRef, StoredFile } from "@orbital-witness/common/results/result-store.ts";
import type { Context } from "hono";
import { readingUser } from "../../access/callers.ts";
import { ownOrder, read } from "../../access/store-access.ts";
import type { ResultTools } from "../read-result.ts";
import { pageNotFound, resultGone, resultRef } from "../result-reply.ts";

/** A page of one's own order that has a result. `page` is 0 for a path that names none. */
export type PageOf = { order: OrderRecord; ref: ResultRef; page: number };

/** Finds the page that a request is about. `name`: the part of the path that is its number. */
export async function pageOf(
  { tokens, store }: Pick<ResultTools, "tokens" | "store">,
  c: Context<AppEnv>,
  name: string | undefined,
): Promise<PageOf> {
  const user = await readingUser(tokens, c.req.raw);
  const order = await ownOrder(store, user, c.req.param("id"));
  return { order, ref: resultRef(order), page: pageNumber(name) };
}

/** The 404 for a page without a result. */
export async function noPage(
  { results }: Pick<ResultTools, "results">,
  { order, ref, page }: PageOf,
): Promise<Problem> {
  return (await read(results.has(ref))) ? pageNotFound(order, page) : resultGone();
}

/**
 * A file of a page: `<page>.<end>`. Throws 404 for a page that has none; `none` makes the problem for a page
 * that has only its image.
 */
export async function pageFile(
  tools: Pick<ResultTools, "results">,
  of: PageOf,
  end: "png" | "original.jpg" | "tiles",
  none?: (page: number) => Problem,
): Promise<StoredFile> {
  const { ref, page } = of;
  const find = (name: typeof end) => read(tools.results.file(ref, `${page}.${name}`));
  const file = page === 0 ? undefined : await find(end);
  if (file) return file;
  if (none && page > 0 && (await find("png"))) throw none(page);
  throw await noPage(tools, of);
}

/** Reads a page number from a path. Returns 0, which no page has, for anything else. */
function pageNumber(name: string | undefined): number {
  return name !== undefined && /^[1-9]\d{0,8}$/.test(name) ? Number(name) : 0;
}
