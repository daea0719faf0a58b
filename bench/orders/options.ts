import { parseArgs } from "node:util";
import { z } from "zod";
import { Failure } from "../../lib/failure.ts";

/** With more connections, the orders of one round would nearly fill Redis. */
const MOST_SECONDS = 20;

function wholeNumber(most: number) {
  const message = `must be a whole number from 1 to ${most}`;
  return z.coerce.number(message).int(message).min(1, message).max(most, message);
}

const optionsSchema = z.object({
  seconds: wholeNumber(MOST_SECONDS),
  rounds: wholeNumber(100),
  connections: z.preprocess((list) => String(list).split(","), z.array(wholeNumber(1000))),
  /** Redis' setting, to measure the cost of answering only after a write is on disk. */
  appendfsync: z.enum(["always", "everysec", "no"]),
  /** Whether the original's stack is measured too. */
  original: z.boolean(),
});
export type BenchOptions = z.output<typeof optionsSchema>;

/** The options of `npm run bench`. Throws a Failure that names each wrong one. */
export function readOptions(): BenchOptions {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      seconds: { type: "string", default: "5" },
      rounds: { type: "string", default: "3" },
      connections: { type: "string", default: "1,16,64" },
      appendfsync: { type: "string", default: "always" },
      original: { type: "boolean", default: true },
    },
  });
  const parsed = optionsSchema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new Failure(
    parsed.error.issues.map(({ path: [name], message }) => `--${String(name)} ${message}`).join("\n"),
    "For example: npm run bench -- --seconds 5 --rounds 3 --connections 1,16,64 --no-original",
  );
}
