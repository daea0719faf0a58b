import { Failure } from "../../lib/failure.ts";
import { say } from "../../lib/terminal.ts";
import { ensurePortIsFree, wantedPorts } from "./engine/port.ts";
import type { Stack, StackOutputs } from "./stack.ts";

/** How long to wait for containers that are starting, for example after a restart of the engine. */
const START_SECONDS = 300;

export async function ensurePortsAreFree(stack: Stack): Promise<void> {
  const own = await stack.containers.names();
  for (const wanted of wantedPorts(stack.folder, stack.name)) await ensurePortIsFree(wanted, own);
}

/** Pulumi only notices containers that were killed or removed by hand if it refreshes. */
export async function repaired(stack: Stack, outputs: StackOutputs): Promise<StackOutputs> {
  const unwell = await stack.containers.unwell(outputs.containers, START_SECONDS);
  if (unwell.length === 0) {
    return outputs;
  }
  say(`Repairing: ${unwell.join(", ")}`);
  await stack.up({ refresh: true });
  const after = await stack.outputs();
  const still = await stack.containers.unwell(after.containers, START_SECONDS);
  if (still.length > 0) {
    throw new Failure(
      `Not every container is healthy: ${still.join(", ")}.`,
      "Run `npm run status`: it shows why. Fix the cause, remove the container with `docker rm -f <name>` " +
        "and run `npm start` again.",
    );
  }
  return after;
}
