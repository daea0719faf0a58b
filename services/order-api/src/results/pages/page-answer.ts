import type { OrderStore } from "@orbital-witness/common/orders/order-store.ts";
import {
  originalPictureSchema,
  type PageResult,
  pageTilesSchema,
} from "@orbital-witness/common/results/page-result.ts";
import { z } from "zod";
import { read } from "../../access/store-access.ts";
import { pageView, readPageSchema } from "../formats/json.ts";
import { representation } from "../result-reply.ts";
import { formsVersion } from "../structure/fields/forms.ts";
import type { PageOf } from "./page-of.ts";

const size = { width: z.int().positive(), height: z.int().positive() };

const imageSchema = z
  .object({
    ...size,
    tiles: pageTilesSchema.nullable().meta({
      description: "The tiles of the page's image; null for pages of at most 12 megapixels",
    }),
    original: originalPictureSchema
      .extend({
        scale: originalPictureSchema.shape.scale.meta({
          description: "How many pixels of the page's image one pixel of the original takes",
        }),
      })
      .nullable()
      .meta({
        description:
          "`original.jpg`, the page as it came; both pictures have the same centre. Null for a page that " +
          "was neither turned nor straightened, and for pages that earlier versions read",
      }),
  })
  .meta({ id: "PagePictures", description: "The pictures of a page, in pixels" });

export const singlePageSchema = readPageSchema
  .extend({
    pages: z.int().positive().meta({ description: "The number of the document's pages" }),
    image: imageSchema,
  })
  .meta({ id: "SinglePage" });

/**
 * The number of the fields of a page's answer, so that a client does not keep an answer without the newer
 * ones.
 */
const fieldsVersion = 4;

/**
 * The tag of a revision of a page. Weak: another version of this service may write the same page in other
 * bytes.
 */
export function pageTag({ ref, page }: Pick<PageOf, "ref" | "page">, revision: number): string {
  return `W/"${ref.attempt}-${page}.json-${fieldsVersion}-${formsVersion}-r${revision}"`;
}

/** The body and the headers of an answer with a page. */
export async function pageAnswer(
  store: OrderStore,
  of: PageOf,
  { result, revision }: { result: PageResult; revision: number },
) {
  const { order, page } = of;
  const end = (await read(store.pages(order))).find((each) => each.page === page);
  const view = pageView({ page, result, revision, reading: end?.reading });
  const { width, height, original = null, tiles = null } = result;
  const body = { ...view, pages: order.result_pages ?? 1, image: { width, height, tiles, original } };
  const headers = representation(order, `${page}.json`, "application/json", pageTag(of, revision));
  return { body, headers };
}
