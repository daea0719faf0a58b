import type { InspectedContainer } from "./container-state.ts";
import type { DockerClient } from "./docker-client.ts";
import { type LogLine, parseLine } from "./log-line.ts";
import { hideSecrets } from "./secrets.ts";

/** Lines of a stack trace inside Node itself. */
const nodeFrame = /^\s+at (?:.*\(|async )?node:/;

/**
 * The end of a container's log, oldest line first, without secrets. Lines that say nothing about a fault are
 * left out: requests that only read something, empty lines, and stack traces inside Node.
 */
export async function recentLog(
  docker: DockerClient,
  { state: { name, source }, secrets }: InspectedContainer,
  count: number,
): Promise<LogLine[]> {
  const { stdout, stderr } = await docker.run(["logs", "--timestamps", "--tail", String(count * 10), name]);
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line !== "");
  return lines
    .map((line) => parseLine(source, hideSecrets(line, secrets)))
    .filter(({ isRead, text }) => !isRead && text.trim() !== "" && !nodeFrame.test(text))
    .sort((one, other) => one.at - other.at)
    .slice(-count);
}
