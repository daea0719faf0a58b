import type { EngineFacts } from "../facts/engine-facts.ts";
import { firstUnprivilegedPort, type PortFacts } from "../facts/port-facts.ts";
import { type Finding, ok, problem, setSetting } from "../finding.ts";

/** Whether the router could listen on each of its ports. */
export function portChecks(
  ports: readonly PortFacts[],
  { isRootless }: EngineFacts,
  stack: string,
): Finding[] {
  const lowest = isRootless ? firstUnprivilegedPort() : 1;
  return ports.map(({ wanted: { address, port, setting }, fault, free }) => {
    const check = `port ${port}`;
    if (fault !== undefined) {
      const value = fault.setting === "bindAddress" ? "127.0.0.1" : free;
      return problem(check, fault.message, setSetting(fault.setting, value, stack));
    }
    if (port < lowest) {
      const text = `A rootless engine cannot open port ${port}, only ports from ${lowest} on.`;
      return problem(check, text, setSetting(setting, free, stack));
    }
    return ok(check, `${address}:${port} is free, or held by this stack.`);
  });
}
