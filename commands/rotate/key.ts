import { setTimeout as pause } from "node:timers/promises";
import { Failure, runCommand } from "../../lib/failure.ts";
import { StackLock } from "../../lib/stack-lock.ts";
import { say } from "../../lib/terminal.ts";
import { readOptions } from "../lib/options.ts";
import { requireDocker } from "../stack/engine/docker.ts";
import { KeyRotation } from "../stack/key-rotation.ts";
import { projectFolder, setting } from "../stack/project.ts";
import { Stack } from "../stack/stack.ts";

const OPTIONS = { stack: { type: "string", default: "local" } } as const;
/** How long to wait for containers that are still starting after an update. */
const START_SECONDS = 300;

/**
 * `npm run rotate-key`: changes the key that signs the tokens, while the stack runs and without refusing a
 * token that is still valid.
 */
await runCommand(async () => {
  const { stack: name } = readOptions(OPTIONS, "npm run rotate-key [-- --stack <name>]");
  await requireDocker();
  using _ = StackLock.take(projectFolder, name, "npm run rotate-key");
  const stack = await Stack.find(projectFolder, name);
  if (stack === undefined || (await stack.containers.names()).length === 0) {
    throw new Failure(`The stack '${name}' does not run.`, "Start it first: npm start");
  }
  await stack.refuseAnothersWork();
  await new KeyRotation({
    folder: projectFolder,
    stackName: name,
    setSecret: (key) => stack.setRandomSecret(key),
    up: () => updated(stack),
    signingKey: async () => (await stack.outputs()).tokenKey,
    tokenSeconds: () => Number(setting(projectFolder, name, "tokenSeconds")),
    say,
    now: Date.now,
    pause,
  }).run();
});
process.exit();

async function updated(stack: Stack): Promise<void> {
  await stack.up();
  const unwell = await stack.containers.unwell((await stack.outputs()).containers, START_SECONDS);
  if (unwell.length > 0) {
    throw new Failure(
      `Not every container is healthy: ${unwell.join(", ")}.`,
      "Run `npm start`, which repairs the stack, and then `npm run rotate-key` again: it continues.",
    );
  }
}
