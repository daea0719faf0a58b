import { z } from "zod";

/** What bench-ocr-process.ts is asked for: to read the page in `file`, or only to prepare it. */
export const taskSchema = z.object({
  task: z.enum(["read", "prepare"]),
  file: z.string(),
  dpi: z.number().optional(),
  /** Where to keep the image that was read, or prepared. */
  preparedFile: z.string().optional(),
});
export type Task = z.output<typeof taskSchema>;

/** And what it answers: when it has read, */
export const readingSchema = z.object({
  text: z.string(),
  /** Decoding and preparation included. */
  seconds: z.number(),
  preparation: z.array(z.string()),
  dpi: z.number(),
  /** Of the process, so far. */
  peakMegabytes: z.number(),
});
export type Reading = z.output<typeof readingSchema>;

/** and when it has prepared. Decoding and writing included. */
export const preparedSchema = z.object({ seconds: z.number(), dpi: z.number().optional() });
export type Prepared = z.output<typeof preparedSchema>;
