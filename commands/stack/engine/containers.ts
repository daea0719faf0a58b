import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { Failure } from "../../../lib/failure.ts";
import { cloneId } from "../../../pulumi/clone-id.ts";
import { STAND_IN_LABEL } from "../offline.ts";

const NAME = "{{.Names}}";

/** Finds the containers, networks and volumes of one stack of one clone by their labels. */
export class StackContainers {
  /** What all parts of the stack are labelled with, as `name=value`. */
  readonly labels: readonly string[];
  readonly stack: string;

  constructor(folder: string, stack: string) {
    this.stack = stack;
    this.labels = [`orbital-witness.clone=${cloneId(folder)}`, `orbital-witness.stack=${stack}`];
  }

  /** All containers, in any state. */
  async names(): Promise<string[]> {
    return this.#containers(NAME);
  }

  /**
   * All containers, in any state, each as a Go template of `docker ps` says.
   * @throws Failure if there are none
   */
  async described(format: string): Promise<string[]> {
    const found = await this.#containers(format);
    if (found.length > 0) return found;
    throw new Failure(`The stack '${this.stack}' of this folder has no containers.`, "Start it: npm start");
  }

  /** The containers that the stand-in created. */
  async namesOfStandIn(): Promise<string[]> {
    return this.#containers(NAME, [STAND_IN_LABEL]);
  }

  /** Running containers of one part: `redis`, `order-api`. */
  async running(part: string): Promise<string[]> {
    return this.#list(["ps", "--format", NAME], [`orbital-witness.part=${part}`]);
  }

  async volumes(): Promise<string[]> {
    return this.#list(["volume", "ls", "--format", "{{.Name}}"]);
  }

  /** All containers, networks and volumes; no images. */
  async remains(): Promise<string[]> {
    const networks = await this.#list(["network", "ls", "--format", "{{.Name}}"]);
    return [...(await this.names()), ...networks, ...(await this.volumes())];
  }

  #containers(format: string, more: readonly string[] = []): Promise<string[]> {
    return this.#list(["ps", "--all", "--format", format], more);
  }

  async #list(list: readonly string[], more: readonly string[] = []): Promise<string[]> {
    const filters = [...this.labels, ...more].flatMap((label) => ["--filter", `label=${label}`]);
    const { stdout } = await execa("docker", [...list, ...filters]);
    return stdout.split("\n").filter((name) => name !== "");
  }

  /**
   * Lists the containers that are missing, stopped or not healthy, each with its state.
   * @param waitSeconds how long to wait for those that are starting
   */
  async unwell(containers: readonly string[], waitSeconds = 0): Promise<string[]> {
    const giveUpAt = Date.now() + waitSeconds * 1000;
    for (;;) {
      const states = await Promise.all(
        containers.map(async (name) => ({ name, state: await stateOf(name) })),
      );
      if (!states.some(({ state }) => state === "starting") || Date.now() >= giveUpAt) {
        return states
          .filter(({ state }) => state !== "healthy")
          .map(({ name, state }) => `${name} is ${state}`);
      }
      await pause(500);
    }
  }
}

/** The health of a running container, or otherwise its status: exited, created, paused, restarting, gone. */
async function stateOf(container: string): Promise<string> {
  const format = "{{.State.Status}} {{with .State.Health}}{{.Status}}{{end}}";
  const { failed, stdout } = await execa("docker", ["inspect", "--format", format, container], {
    reject: false,
  });
  const [status = "", health = ""] = failed ? ["gone"] : stdout.split(" ");
  return status === "running" ? health : status;
}
