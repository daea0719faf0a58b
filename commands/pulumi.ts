import { runCommand } from "../lib/failure.ts";
import { keepPassphrase } from "../lib/passphrase.ts";
import { StackLock } from "../lib/stack-lock.ts";
import { projectFolder } from "./stack/project.ts";
import { choosePulumi } from "./stack/pulumi/pulumi-cli.ts";
import { Stack } from "./stack/stack.ts";

/** Commands that change the Docker engine or the stack's state. Only one of them runs at a time. */
const CHANGING = ["up", "update", "destroy", "refresh", "import"];
/** The stack of a fresh clone. */
const DEFAULT_STACK = "local";
/** Commands that may come first in a fresh clone, and so create its stack. */
const FIRST = ["up", "update", "preview", "config set"];

/** `npm run pulumi -- <arguments>`: runs whichever CLI this machine has, with this clone's passphrase. */
await runCommand(async () => {
  const args = process.argv.slice(2);
  const [first = "", second = ""] = args;
  const stack = stackOf(args);
  using _ = CHANGING.includes(first)
    ? StackLock.take(projectFolder, stack, `npm run pulumi -- ${first}`)
    : undefined;
  if (`${first} ${second}` === "stack init") {
    keepPassphrase(projectFolder);
  }
  const isFirst = FIRST.includes(first) || FIRST.includes(`${first} ${second}`);
  const cli =
    isFirst && stack === DEFAULT_STACK
      ? (await Stack.open(projectFolder, stack)).cli
      : await choosePulumi(projectFolder);
  if (CHANGING.includes(first)) {
    await cli.removeLocksLeftBehind(stack);
  }
  const { failed } = await cli.run(args);
  process.exitCode = failed ? 1 : 0;
});
process.exit();

/** The stack that the arguments name by `--stack` or `-s`. */
function stackOf(args: readonly string[]): string {
  const at = args.findIndex((arg) => arg === "--stack" || arg === "-s");
  const joined = args.find((arg) => arg.startsWith("--stack="));
  return (at >= 0 ? args[at + 1] : joined?.slice("--stack=".length)) ?? DEFAULT_STACK;
}
