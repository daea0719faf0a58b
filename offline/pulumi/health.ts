import { docker } from "./docker-cli.ts";

export type Health = "healthy" | "starting" | "unhealthy" | "stopped";

// A container that was created but never started has no health.
const template = "{{.State.Status}} {{with .State.Health}}{{.Status}}{{else}}none{{end}}";

/** A container that the engine is about to start again counts as stopped. */
export async function healthOf(container: string): Promise<Health> {
  const [status, health] = (await docker(["inspect", "--format", template, container])).split(" ");
  if (status !== "running") return "stopped";
  return health === "healthy" || health === "starting" ? health : "unhealthy";
}
