import { Failure, runCommand } from "../lib/failure.ts";
import { StackLock } from "../lib/stack-lock.ts";
import { confirm, isInteractive, say } from "../lib/terminal.ts";
import { readOptions } from "./lib/options.ts";
import { requireDocker } from "./stack/engine/docker.ts";
import { projectFolder } from "./stack/project.ts";
import { Stack } from "./stack/stack.ts";
import { describe, storedData } from "./stack/stored-data.ts";

const STACK = "local";
const OPTIONS = {
  yes: { type: "boolean", short: "y", default: false },
  "keep-data": { type: "boolean", default: false },
} as const;
const USAGE = "npm stop [-- --yes | --keep-data]";
const REMOVE = "Remove them with `docker rm -f`, `docker network rm` and `docker volume rm`.";

/**
 * `npm stop`: removes the stack's containers and networks, and its volumes with the orders, results and
 * users. In a terminal it asks first; `--yes` skips the question, `--keep-data` keeps the volumes.
 */
await runCommand(async () => {
  const { yes, "keep-data": keepData } = readOptions(OPTIONS, USAGE);
  await requireDocker();
  using _ = StackLock.take(projectFolder, STACK, "npm stop");
  const stack = await Stack.find(projectFolder, STACK);
  if (stack === undefined) {
    const left = await Stack.remainsOf(projectFolder, STACK);
    if (left.length > 0) {
      throw new Failure(
        `The state of the stack '${STACK}' is gone, ` +
          `but this clone has these on the Docker engine: ${left.join(", ")}.`,
        `${REMOVE} The volumes hold its orders, results and users.`,
      );
    }
    say(`This clone has no stack '${STACK}': nothing to stop.`);
    return;
  }
  await stack.refuseAnothersWork();
  if (!keepData && !yes && isInteractive()) {
    await askForDeletion(stack);
  }
  say(
    `pulumi destroy --stack ${STACK}${stack.cli.kind === "stand-in" ? " (by the stand-in)" : ""}` +
      (keepData ? ", volumes excluded" : ""),
  );
  await stack.destroy({ keepData });
  const volumes = await stack.containers.volumes();
  const left = (await stack.containers.remains()).filter((name) => !(keepData && volumes.includes(name)));
  if (left.length > 0) {
    throw new Failure(`Still on the Docker engine: ${left.join(", ")}.`, REMOVE);
  }
  say(
    keepData
      ? "The containers and networks are removed. " +
          `The orders, results and users stay in ${volumes.join(", ")}: \`npm start\` uses them again.`
      : "The containers, networks and volumes are removed. " +
          "The built images stay, so that the next start is quick.",
  );
});
process.exit();

async function askForDeletion(stack: Stack): Promise<void> {
  const data = await storedData(stack.containers);
  if (data.volumes.length === 0) {
    return;
  }
  say(`This permanently deletes ${describe(data)} (volumes ${data.volumes.join(", ")}).`);
  if (!(await confirm("Delete them?", "no"))) {
    throw new Failure(
      "Nothing was stopped or deleted.",
      "To stop and keep the orders, results and users: npm stop -- --keep-data",
    );
  }
}
