import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { SCOPE_LABEL as STAND_IN_LABEL } from "../../offline/pulumi/scope.ts";
import { cloneId } from "../../pulumi/clone-id.ts";

const CONTAINERS = ["ps", "--all", "--format", "{{.Names}}"];

/** What one stack of one clone has on the Docker engine, found by its labels. */
export class StackContainers {
  readonly #labels: readonly string[];

  constructor(folder: string, stack: string) {
    this.#labels = [`orbital-witness.clone=${cloneId(folder)}`, `orbital-witness.stack=${stack}`];
  }

  /** All that there are, well or not. */
  async names(): Promise<string[]> {
    return this.#list(CONTAINERS);
  }

  /** Which of them the stand-in made. */
  async namesOfStandIn(): Promise<string[]> {
    return this.#list(CONTAINERS, [STAND_IN_LABEL]);
  }

  /** Everything of the stack, networks and volumes too, images aside. */
  async remains(): Promise<string[]> {
    const networks = await this.#list(["network", "ls", "--format", "{{.Name}}"]);
    const volumes = await this.#list(["volume", "ls", "--format", "{{.Name}}"]);
    return [...(await this.names()), ...networks, ...volumes];
  }

  async #list(list: readonly string[], more: readonly string[] = []): Promise<string[]> {
    const filters = [...this.#labels, ...more].flatMap((label) => ["--filter", `label=${label}`]);
    const { stdout } = await execa("docker", [...list, ...filters]);
    return stdout.split("\n").filter((name) => name !== "");
  }

  /** What a failed update leaves behind says more than the update does. */
  async logOfUnwell(): Promise<string> {
    const containers = await this.names().catch(() => {
      // The engine itself is away, which is what the update failed of and said.
      return [];
    });
    const [first] = await this.unwell(containers);
    if (first === undefined) {
      return "";
    }
    const tail = ["logs", "--tail", "10", first.split(" ")[0] ?? ""];
    const { all } = await execa("docker", tail, { all: true, reject: false });
    return `\n${first}. The end of its log:\n${all}`;
  }

  /**
   * Containers that are missing, stopped or not healthy, each with what is wrong; none when all is well.
   * @param waitSeconds how long those that are just starting are given
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

/** Its health while it runs, else what it is: exited, paused, restarting, gone. */
async function stateOf(container: string): Promise<string> {
  const format = "{{.State.Status}} {{.State.Health.Status}}";
  const { failed, stdout } = await execa("docker", ["inspect", "--format", format, container], {
    reject: false,
  });
  const [status = "", health = ""] = failed ? ["gone"] : stdout.split(" ");
  return status === "running" ? health : status;
}
