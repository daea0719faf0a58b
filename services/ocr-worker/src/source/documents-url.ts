import { z } from "zod";

const description = "an http or https address without credentials, query or fragment";

/**
 * The base address of the documents, without a slash at its end. Its value is not logged, because it may
 * contain a password.
 */
export const documentsUrlVariable = z
  .url({ protocol: /^https?$/ })
  .transform((value) => new URL(value))
  .refine((url) => !url.username && !url.password && !url.search && !url.hash)
  .transform((url) => url.href.replace(/\/+$/, ""))
  .meta({ description, secret: true });
