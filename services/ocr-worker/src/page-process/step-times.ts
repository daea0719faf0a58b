import { z } from "zod";

/**
 * The steps of reading a page. `open`: the document is loaded. `draw`: the page's picture is decoded or
 * drawn. `recognise`: it is prepared and its words are read. `pdf`: its part of result.pdf is made.
 * `picture`: the pictures for viewers are made. `store`: all of it is stored.
 */
export const pageSteps = ["open", "draw", "recognise", "pdf", "picture", "store"] as const;
export type PageStep = (typeof pageSteps)[number];

/** Times in ms. A step that a page did not need is missing. */
export const stepTimesSchema = z.partialRecord(z.enum(pageSteps), z.number());

/** Adds up how long each step takes, in ms. */
export class StepTimes {
  readonly ms: z.output<typeof stepTimesSchema> = {};

  async time<T>(step: PageStep, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.ms[step] = (this.ms[step] ?? 0) + performance.now() - started;
    }
  }
}
