import { z } from "zod";
import { Customer } from "../../lib/customer.ts";
import { Failure, runCommand } from "../../lib/failure.ts";
import { readOptions } from "../lib/options.ts";
import { programUser } from "../lib/program-user.ts";
import { formatLine } from "../logs/log-format.ts";
import { StackContainers } from "../stack/engine/containers.ts";
import { requireDocker } from "../stack/engine/docker.ts";
import { projectFolder } from "../stack/project.ts";
import { Stack } from "../stack/stack.ts";
import { type ContainerState, containerStates, isWell, lastLines } from "./container-states.ts";
import { type StackState, stackStateSchema } from "./stack-state.ts";
import { isHealthy, statusText } from "./status-text.ts";

const USAGE = "npm run status [-- --json] [--stack NAME]";
const answerMs = 5000;
const shownLines = 10;

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
  const containers = await containerStates(parts);
  const url = await addressOf(stack);
  const runs = containers.some(({ source, state }) => source === "order-api" && state === "healthy");
  const state = runs ? await stateOf(url, parts) : { unknown: "the Order API does not run, or not well." };
  const status = { stack, url, containers, state, now: Date.now() };
  if (json) console.log(JSON.stringify({ stack, url: url ?? null, containers, state }, undefined, 2));
  else {
    console.log(statusText(status));
    for (const container of containers) if (!isWell(container)) console.log(await faultText(container));
  }
  process.exit(isHealthy(status) ? 0 : 1);
});
process.exit();

/** Undefined if the stack was never started completely. */
async function addressOf(name: string): Promise<string | undefined> {
  try {
    return (await (await Stack.find(projectFolder, name))?.outputs())?.url;
  } catch (error) {
    if (error instanceof Failure || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** Asks the stack itself what it does. */
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

async function faultText(container: ContainerState): Promise<string> {
  const { name, source, probe } = container;
  const format = { colours: false, hidesOrder: false };
  const lines = (await lastLines(container, shownLines)).map((line) => `    ${formatLine(line, format)}`);
  return [
    `\n✗ ${source} (${name})`,
    ...(probe === "" ? [] : [`  Its last health check: ${probe}`]),
    ...(lines.length === 0 ? ["  Its log is empty."] : ["  The end of its log:", ...lines]),
    `  What to do: read more with \`npm run logs -- ${source}\`, fix the cause, and run \`npm start\`.`,
  ].join("\n");
}
