import { z } from "zod";
import { Customer } from "../../lib/customer.ts";
import { Failure, runCommand } from "../../lib/failure.ts";
import { DockerClient } from "../../pulumi/health/docker-client.ts";
import { readOptions } from "../lib/options.ts";
import { programUser } from "../lib/program-user.ts";
import { noCertificate, publicHostOf } from "../lib/served-certificate.ts";
import { StackContainers } from "../stack/engine/containers.ts";
import { requireDocker } from "../stack/engine/docker.ts";
import { projectFolder } from "../stack/project.ts";
import { Stack, type StackOutputs } from "../stack/stack.ts";
import { explainFault, inspectContainers, needsExplanation } from "./stack-containers.ts";
import { type StackState, stackStateSchema } from "./stack-state.ts";
import { isHealthy, statusText } from "./status-text.ts";

const USAGE = "npm run status [-- --json] [--stack NAME]";
const answerMs = 5000;

/**
 * `npm run status`: what the parts of a stack do, on one screen. Exits with 1 if a part is not well.
 */
await runCommand(async () => {
  const options = {
    json: { type: "boolean", default: false },
    stack: { type: "string", default: "local" },
  } as const;
  const { json, stack } = readOptions(options, USAGE);
  await requireDocker();
  const parts = new StackContainers(projectFolder, stack);
  const docker = new DockerClient();
  const inspected = await inspectContainers(docker, parts);
  const containers = inspected.map((container) => container.state);
  const { url, localUrl } = (await outputsOf(stack)) ?? {};
  const runs = containers.some(({ source, state }) => source === "order-api" && state === "healthy");
  const state = runs
    ? await stateOf(localUrl, parts)
    : { unknown: "the Order API does not run, or not well." };
  const now = Date.now();
  const publicHost = await publicHostOf(projectFolder, stack);
  const status = { stack, url, containers, publicHost, state, now };
  if (json) {
    const shown = { stack, url: url ?? null, public_host: publicHost ?? null, containers, state };
    console.log(JSON.stringify(shown, undefined, 2));
  } else {
    console.log(statusText(status));
    if (publicHost?.certificate === null) console.log(`\n✗ ${noCertificate(publicHost)}`);
    const faulty = inspected.filter((container) => needsExplanation(container.state, now));
    for (const each of faulty) console.log(`\n✗ ${await explainFault(docker, each, now)}`);
  }
  process.exit(isHealthy(status) ? 0 : 1);
});
process.exit();

/** Undefined if the stack was never started completely. */
async function outputsOf(name: string): Promise<StackOutputs | undefined> {
  try {
    return await (await Stack.find(projectFolder, name))?.outputs();
  } catch (error) {
    if (error instanceof Failure || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** Asks the stack itself what it does, without HTTPS, whose certificate this machine may not trust. */
async function stateOf(
  url: string | undefined,
  parts: StackContainers,
): Promise<StackState | { unknown: string }> {
  if (url === undefined) return { unknown: "its address is not known. Run `npm start`." };
  try {
    const customer = new Customer(url, { limitMs: answerMs, user: await programUser(parts) });
    return stackStateSchema.parse((await customer.found("/stack")).body);
  } catch (error) {
    if (error instanceof DOMException)
      return { unknown: `${url}/stack gave no answer in ${answerMs / 1000} s.` };
    return { unknown: error instanceof Error ? error.message : String(error) };
  }
}
