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
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error), usage);
  }
}
