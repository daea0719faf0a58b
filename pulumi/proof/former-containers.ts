import type { DockerClient } from "../health/docker-client.ts";

/**
 * Stops the containers that carry all these labels, but for those of these names. Pulumi removes the
 * containers that an update replaced only at its end: until then they would share the work with the new ones.
 * They stop as they would at the end, with their own signal and time.
 */
export async function stopFormerContainers(
  docker: DockerClient,
  labels: readonly string[],
  current: readonly string[],
): Promise<void> {
  const filters = labels.flatMap((label) => ["--filter", `label=${label}`]);
  const { stdout } = await docker.run(["ps", ...filters, "--format", "{{.Names}}"]);
  const former = stdout.split("\n").filter((name) => name !== "" && !current.includes(name));
  if (former.length > 0) await docker.run(["stop", ...former]);
}
