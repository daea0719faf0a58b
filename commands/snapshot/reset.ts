import { runCommand } from "../../lib/failure.ts";
import { StackLock } from "../../lib/stack-lock.ts";
import { say } from "../../lib/terminal.ts";
import { readOptions } from "../lib/options.ts";
import { identifyClone } from "../stack/clone.ts";
import { StackContainers } from "../stack/engine/containers.ts";
import { requireDocker } from "../stack/engine/docker.ts";
import { projectFolder } from "../stack/project.ts";
import { askFirst } from "./ask-first.ts";
import { replaceData } from "./replace-data.ts";

const USAGE = "npm run reset [-- --yes] [--stack NAME]";

/** `npm run reset`: deletes all data of a stack, which goes on as if it were new. */
await runCommand(async () => {
  const { yes, stack } = readOptions(
    {
      yes: { type: "boolean", short: "y", default: false },
      stack: { type: "string", short: "s", default: "local" },
    } as const,
    USAGE,
  );
  await requireDocker();
  identifyClone(projectFolder);
  using _ = StackLock.take(projectFolder, stack, "npm run reset");
  const containers = new StackContainers(projectFolder, stack);
  if (!yes) await askFirst(containers, "delete");
  await replaceData(containers);
  say("The stack is empty. It has the users that a new stack has.");
});
process.exit();
