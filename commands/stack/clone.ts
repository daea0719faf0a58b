import { Failure } from "../../lib/failure.ts";
import { say } from "../../lib/terminal.ts";
import { keepCloneId, originalOf } from "../../pulumi/clone-id.ts";

/**
 * Gives the clone in this folder an id if it has none. A moved clone keeps its id. @throws Failure in a copy
 * of another clone, because both would change the same containers
 */
export function identifyClone(folder: string): void {
  const original = originalOf(folder);
  if (original !== undefined) {
    throw new Failure(
      `This folder is a copy of ${original}, with the same state of the stack: ` +
        "both would change the same containers.",
      `Run the command in ${original}, or give this copy its own stack: rm -r .pulumi`,
    );
  }
  const before = keepCloneId(folder);
  if (before !== undefined) {
    say(`This clone was moved here from ${before}. It keeps its stack, with the orders and results.`);
  }
}
