import { Failure, runCommand } from "../lib/failure.ts";
import { say } from "../lib/terminal.ts";
import { requireDocker } from "./stack/docker.ts";
import { projectFolder } from "./stack/project.ts";
import { Stack } from "./stack/stack.ts";

const STACK = "local";

await runCommand(async () => {
  await requireDocker();
  const stack = await Stack.find(projectFolder, STACK);
  if (stack === undefined) {
    say(`There is no stack '${STACK}' of this clone, and so nothing to stop.`);
    return;
  }
  await stack.refuseAnothersWork();
  say(`pulumi destroy --stack ${STACK}${stack.cli.kind === "stand-in" ? " (by the stand-in)" : ""}`);
  await stack.destroy();
  const left = await stack.containers.remains();
  if (left.length > 0) {
    throw new Failure(
      `Left on the Docker engine: ${left.join(", ")}.`,
      "Remove them by `docker rm -f`, `docker network rm` and `docker volume rm`.",
    );
  }
  say("No container, network or volume of it is left. The built images stay, for a quick next start.");
});
process.exit();
