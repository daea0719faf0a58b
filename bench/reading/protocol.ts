import { z } from "zod";

/**
 * A request to process.ts: read the pages of the document in `file`. With `ahead`, the next page is decoded
 * while the current one is recognised.
 */
export const taskSchema = z.object({ file: z.string(), pages: z.array(z.int()), ahead: z.boolean() });
export type Task = z.output<typeof taskSchema>;

/** `stages`: ms by stage. With `ahead` they overlap. */
export const readingSchema = z.object({ ms: z.number(), stages: z.record(z.string(), z.number()) });
export type Reading = z.output<typeof readingSchema>;
