import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { Failure } from "../../lib/failure.ts";

/**
 * Reads the options of a command. `usage` shows how to call it.
 * @throws Failure for an option or argument that the command does not have
 */
export function readOptions<T extends ParseArgsOptionsConfig>(
  options: T,
  usage: string,
  args: readonly string[] = process.argv.slice(2),
) {
  return parsed(() => parseArgs({ args: [...args], options }), usage).values;
}

/**
 * Reads the arguments of a command and its options, each of which may have a form with `--no-`.
 * @throws Failure for an option that the command does not have
 */
export function readArguments<T extends ParseArgsOptionsConfig>(
  options: T,
  usage: string,
  args: readonly string[],
) {
  const more = { allowPositionals: true, allowNegative: true } as const;
  return parsed(() => parseArgs({ args: [...args], options, ...more }), usage);
}

function parsed<T>(parse: () => T, usage: string): T {
  try {
    return parse();
  } catch (error) {
    throw new Failure(optionFault(error), usage);
  }
}

/** What is wrong with an option, without Node's advice on how to pass it as an argument. */
function optionFault(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ To specify a positional argument .*$/s, "");
}
