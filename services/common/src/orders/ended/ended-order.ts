import { z } from "zod";
import { orderRecordSchema } from "../order.ts";
import { orderEventSchema } from "../order-events.ts";
import { pageEndSchema } from "../order-pages.ts";

/**
 * An order without the parts that grow with its document: its record, its steps, oldest first, the numbers of
 * failed and of empty pages of its last attempt, and the first of each. `ends`: how all its pages ended, if
 * they are few.
 */
export const endedOrderSchema = z.object({
  record: orderRecordSchema,
  steps: z.array(orderEventSchema),
  pages: z.array(pageEndSchema),
  failedPages: z.int().nonnegative(),
  emptyPages: z.int().nonnegative(),
  ends: z.array(pageEndSchema).optional(),
});
export type EndedOrder = z.output<typeof endedOrderSchema>;
