import { z } from "zod";

/**
 * A setting is missing or invalid. The message names every such variable, but never the value of a secret.
 */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

/**
 * Reads the variables that the schema names. A variable's `description` says what is valid ("a whole number
 * from 1 to 9"). `secret: true` in its metadata keeps its value out of the error.
 */
export function readEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  variables: Record<string, string | undefined>,
): z.output<Schema> {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const names = new Set(parsed.error.issues.map((issue) => String(issue.path[0])));
  throw new EnvironmentError([...names].map((name) => complaint(schema, name, variables[name])).join("; "));
}

function complaint(schema: z.ZodObject, name: string, value: string | undefined): string {
  const meta = schema.shape[name]?.meta() ?? {};
  const received =
    value === undefined
      ? "is not set"
      : value === ""
        ? "is empty"
        : meta.secret === true
          ? "is wrong (its value is not shown)"
          : `is ${JSON.stringify(value.slice(0, 100))}`;
  return `${name} ${received}; it must be ${meta.description ?? "set"}`;
}

export function wholeNumber(min: number, max: number, fallback: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .default(fallback)
    .meta({ description: `a whole number from ${min} to ${max}` });
}

export const flagVariable = z
  .enum(["true", "false"])
  .transform((value) => value === "true")
  .default(false)
  .meta({ description: "true or false" });

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

/** The variables of every service. */
export const serviceVariables = {
  PORT: wholeNumber(1, 65_535, 8080),
  /** Where the metrics can be read. With 0 they cannot. */
  METRICS_PORT: wholeNumber(0, 65_535, 0),
  LOG_LEVEL: z
    .enum(logLevels)
    .default("info")
    .meta({ description: `one of ${logLevels.join(", ")}` }),
};

/**
 * How long an order and its result are kept after the order ended. The Order API and the workers must use the
 * same value.
 */
export const resultDaysVariable = wholeNumber(1, 3650, 7);
export const secondsPerDay = 86_400;

export const folderVariable = z
  .string()
  .startsWith("/")
  .meta({ description: "a folder's absolute path, such as /results" });

export const redisUrlVariable = z
  .url({ protocol: /^rediss?$/ })
  .meta({ description: "an address such as redis://:password@redis:6379", secret: true });
