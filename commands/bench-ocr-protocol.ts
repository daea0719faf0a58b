import { z } from "zod";

/** What bench-ocr-process.ts is asked for: to read the page in `file`. */
export const taskSchema = z.object({
  file: z.string(),
  dpi: z.number().optional(),
  /** Where to keep the image that was read; the preparation is then timed by itself too. */
  preparedFile: z.string().optional(),
});
export type Task = z.output<typeof taskSchema>;

/** And what it answers. */
export const readingSchema = z.object({
  text: z.string(),
  /** Decoding and preparation included. */
  seconds: z.number(),
  /** 0 where it was not timed by itself; decoding included. */
  preparationSeconds: z.number(),
  preparation: z.array(z.string()),
  dpi: z.number(),
  /** Of the process, so far. */
  peakMegabytes: z.number(),
});
export type Reading = z.output<typeof readingSchema>;
