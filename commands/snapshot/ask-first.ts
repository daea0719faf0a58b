import { Failure } from "../../lib/failure.ts";
import { confirm, say } from "../../lib/terminal.ts";
import type { StackContainers } from "../stack/engine/containers.ts";
import { describe, storedData } from "../stack/stored-data.ts";

/** Asks whether all data may go, if somebody can answer. @throws Failure if it may not */
export async function askFirst(containers: StackContainers, verb: "replace" | "delete"): Promise<void> {
  say(`This permanently ${verb}s ${describe(await storedData(containers))} of the stack.`);
  const question = `${verb === "replace" ? "Replace" : "Delete"} them?`;
  if (await confirm(question, "no")) return;
  throw new Failure(`Nothing was ${verb}d.`, "To keep the data of now: npm run snapshot -- save NAME");
}
