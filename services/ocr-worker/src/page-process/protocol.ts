import type { ResultRef, ResultStoreSettings } from "@orbital-witness/common/results/result-store.ts";
import { z } from "zod";
import { failureCodeSchema } from "../failure.ts";
import type { DocumentLimits } from "../limits.ts";
import type { SecondReaderSettings } from "../recognition/second-reader/settings.ts";
import { stepTimesSchema } from "./step-times.ts";

/** The first message to a page process. The process answers `ready`. */
export type PageProcessSettings = {
  limits: DocumentLimits;
  languages: readonly string[];
  /** A folder with `<language>.traineddata` or `<language>.traineddata.gz`. */
  languageData: string;
  /** Undefined if tesseract reads alone. */
  secondReader?: SecondReaderSettings | undefined;
  resultStore: ResultStoreSettings;
};

/** The worker sends one task at a time, and gets one answer for each. */
export type PageTask =
  | { task: "inspect"; ref: ResultRef }
  | { task: "outline"; ref: ResultRef }
  /** `page` counts from 1. */
  | { task: "read"; ref: ResultRef; page: number };

const spent = z.boolean();

/** `spent`: the process must not be used again. `broken`: an unexpected error. */
export const answerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("ready") }),
  z.object({ outcome: z.literal("inspected"), format: z.string(), pages: z.int().positive(), spent }),
  z.object({ outcome: z.literal("outlined"), spent }),
  z.object({
    outcome: z.literal("read"),
    isEmpty: z.boolean(),
    characters: z.int().nonnegative(),
    /** Why the page cannot be shown as in the document. */
    notShown: z.string().optional(),
    keptText: z.string().optional(),
    confidence: z.number().nullable(),
    steps: stepTimesSchema,
    spent,
  }),
  z.object({
    outcome: z.literal("failed"),
    code: failureCodeSchema,
    message: z.string(),
    /** The description of an Error and its causes, as `inspect` of node:util writes it. */
    cause: z.string().optional(),
    spent,
  }),
  z.object({ outcome: z.literal("broken"), error: z.string() }),
]);
export type Answer = z.output<typeof answerSchema>;
