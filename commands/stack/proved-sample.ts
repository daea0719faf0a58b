import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { Failure } from "../../lib/failure.ts";
import { say } from "../../lib/terminal.ts";
import { type OrderedSample, orderSample } from "../../pulumi/proof/order-sample.ts";
import { ProofFailure } from "../../pulumi/proof/proof-failure.ts";
import { proofTextVariable } from "../../pulumi/proof/proof-text.ts";
import { programUser } from "../lib/program-user.ts";
import { setting } from "./project.ts";
import type { Stack, StackOutputs } from "./stack.ts";

const textFile = (folder: string) => path.join(folder, ".cache", "proof.txt");

/** The environment with which the program leaves the text of its proof for `provedSample`. */
export function proofVariables(folder: string): Record<string, string> {
  const file = textFile(folder);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  return { [proofTextVariable]: file };
}

/**
 * The sample page that the last `up` ordered. If it ordered none, for example because nothing changed, the
 * page is ordered now. @throws Failure if it is not read
 */
export async function provedSample(
  stack: Pick<Stack, "folder" | "name" | "containers">,
  { proof, localUrl }: Pick<StackOutputs, "proof" | "localUrl">,
): Promise<OrderedSample> {
  const file = textFile(stack.folder);
  if (proof && existsSync(file)) return { ...proof, text: readFileSync(file, "utf8") };
  const user = await programUser(stack.containers);
  say(`Ordering a sample page as ${user.username}`);
  const languages = setting(stack.folder, stack.name, "ocrLanguages");
  const onLeft = (message: string) => console.error(`  ! ${message}`);
  const options = { url: localUrl, user, languages, stack: stack.name, onLeft };
  return orderSample(options).catch((error: unknown) => {
    if (!(error instanceof ProofFailure)) throw error;
    throw new Failure(error.explanation, error.next, { cause: error });
  });
}
