import { z } from "zod";

/** A request to process.ts: read the page in `file`, or only prepare it. */
export const taskSchema = z.object({
  task: z.enum(["read", "prepare"]),
  file: z.string(),
  dpi: z.number().optional(),
  /** File to write the prepared image to. */
  preparedFile: z.string().optional(),
});
export type Task = z.output<typeof taskSchema>;

/** The answer to a request to read. */
export const readingSchema = z.object({
  text: z.string(),
  /** Includes decoding and preparation. */
  seconds: z.number(),
  /** Processor seconds of all threads, for the same work. */
  processorSeconds: z.number(),
  preparation: z.array(z.string()),
  dpi: z.number(),
  /** Peak memory of the process so far. */
  peakMegabytes: z.number(),
});
export type Reading = z.output<typeof readingSchema>;

/** The answer to a request to prepare; both times include decoding and writing. */
export const preparedSchema = z.object({
  seconds: z.number(),
  processorSeconds: z.number(),
  dpi: z.number().optional(),
});
export type Prepared = z.output<typeof preparedSchema>;
