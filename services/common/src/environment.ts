import { readFileSync } from "node:fs";
import { z } from "zod";

/**
 * A setting is missing or invalid. The message names every such variable, but never the value of a secret.
 */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables that the schema names. A variable's `description` says what is valid ("a whole number
 * from 1 to 9"). `secret: true` in its metadata keeps its value out of the error. A secret such as `KEY` may
 * also be in a file, whose path is in `KEY_FILE`; one line break at the file's end is dropped.
 */
export function readEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  variables: Variables,
): z.output<Schema> {
  const complaints = new Map<string, string>();
  const values: Record<string, string | undefined> = { ...variables };
  for (const name of Object.keys(schema.shape)) {
    const file = isSecret(schema, name) ? variables[`${name}_FILE`] : undefined;
    if (file === undefined) continue;
    try {
      if (variables[name] !== undefined) throw new EnvironmentError(`${name} is set too; set only one`);
      values[name] = readFileSync(file, "utf8").replace(/\r?\n$/, "");
    } catch (error) {
      // An error of the file system names the path.
      const reason = error instanceof Error ? error.message : error;
      complaints.set(name, `${name}_FILE cannot be used: ${reason}`);
    }
  }
  const parsed = schema.safeParse(values);
  if (parsed.success && complaints.size === 0) return parsed.data;
  for (const name of parsed.error?.issues.map((issue) => String(issue.path[0])) ?? []) {
    if (complaints.has(name)) continue;
    const isFromFile = variables[name] === undefined && values[name] !== undefined;
    complaints.set(name, complaint(schema, name, values[name], isFromFile));
  }
  throw new EnvironmentError([...complaints.values()].join("; "));
}

const isSecret = (schema: z.ZodObject, name: string) => schema.shape[name]?.meta()?.secret === true;

function complaint(
  schema: z.ZodObject,
  name: string,
  value: string | undefined,
  isFromFile: boolean,
): string {
  const received =
    value === undefined
      ? "is not set"
      : value === ""
        ? "is empty"
        : isSecret(schema, name)
          ? "is wrong (its value is not shown)"
          : `is ${JSON.stringify(value.slice(0, 100))}`;
  const what = isFromFile ? `the file that ${name}_FILE names` : name;
  return `${what} ${received}; it must be ${schema.shape[name]?.meta()?.description ?? "set"}`;
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
