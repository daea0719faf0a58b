import { cloneChecks } from "./checks/clone-checks.ts";
import { engineChecks, engineSkipped } from "./checks/engine-checks.ts";
import { leftoverChecks, lockChecks } from "./checks/leftover-checks.ts";
import { portChecks } from "./checks/port-checks.ts";
import { providerEndpoint, pulumiChecks } from "./checks/pulumi-checks.ts";
import { roomChecks } from "./checks/room-checks.ts";
import { type Facts, gather } from "./facts.ts";
import { type Finding, withoutPasswords } from "./finding.ts";

/** Looks at everything once. @returns all findings, in the order in which `npm start` meets them */
export async function examine(folder: string, stack: string): Promise<Finding[]> {
  return allChecks(await gather(folder, stack)).map(({ text, fix, ...finding }) => ({
    ...finding,
    // Addresses in the environment, and so in messages of Docker, may contain a password.
    text: withoutPasswords(text),
    ...(fix !== undefined && { fix: withoutPasswords(fix) }),
  }));
}

function allChecks({ engine, pulumi, clone, settings, ports, stack, room }: Facts): Finding[] {
  return [
    ...engineChecks(engine),
    ...providerEndpoint(engine, pulumi),
    ...lockChecks(stack, clone.stack),
    ...pulumiChecks(pulumi),
    ...cloneChecks(clone, settings),
    ...leftoverChecks({ stack, engine, pulumi, clone }),
    ...portChecks(ports, engine, clone.stack),
    ...roomChecks(engine, room, settings, clone.stack),
    ...engineSkipped(engine),
  ];
}
