import type { DockerClient } from "./docker-client.ts";

/** What a look at a container finds. */
export type Look = {
  /** `.State.Status` of the engine: running, restarting, exited, paused, created. */
  status: string;
  /** healthy, unhealthy, starting; "none" without a health check, or if it was never started. */
  health: string;
  restarts: number;
  exitCode: number;
};

const template = [
  "{{.Id}} {{.Name}} {{.State.Status}}",
  "{{with .State.Health}}{{.Status}}{{else}}none{{end}} {{.RestartCount}} {{.State.ExitCode}}",
].join(" ");

/** The Docker engine, as far as a wait for healthy containers needs it. */
export class Engine {
  readonly #docker: DockerClient;
  #asked = new Map<string, ((look: Look | undefined) => void)[]>();
  #looking: Promise<void> | undefined;

  constructor(docker: DockerClient) {
    this.#docker = docker;
  }

  /**
   * Looks at a container by its id or name. Questions that come while another is answered share one call of
   * the client. Undefined if there is no such container.
   */
  async look(container: string): Promise<Look | undefined> {
    const answer = new Promise<Look | undefined>((resolve) => {
      this.#asked.set(container, [...(this.#asked.get(container) ?? []), resolve]);
    });
    while (this.#asked.has(container)) {
      this.#looking ??= this.#lookAtAll().finally(() => {
        this.#looking = undefined;
      });
      await this.#looking;
    }
    return answer;
  }

  async #lookAtAll(): Promise<void> {
    const asked = this.#asked;
    this.#asked = new Map();
    const looks = await this.#inspect([...asked.keys()]);
    for (const [container, answers] of asked) {
      const found = looks.find(([id, name]) => id === container || name === `/${container}`);
      const [, , status = "", health = "", restarts, exitCode] = found ?? [];
      const look = { status, health, restarts: Number(restarts), exitCode: Number(exitCode) };
      for (const answer of answers) answer(found && look);
    }
  }

  /** Starts a container again that the engine would start after a pause. */
  async restart(container: string): Promise<void> {
    await this.#docker.run(["restart", "--time", "1", container]);
  }

  /** Changes when the container's program used another second of processor time or wrote to its log. */
  async progress(container: string): Promise<string> {
    const [log, main, top] = await Promise.all([
      this.#docker.run(["logs", "--tail", "1", container]),
      this.#docker.run(["container", "inspect", "--format", "{{.State.Pid}}", container]),
      this.#docker.run(["top", container, "-eo", "pid,ppid,time"]),
    ]);
    const rows = top.stdout.split("\n").map((line) => line.trim().split(/\s+/));
    const pid = main.stdout.trim();
    // The main process and its children. Health checks are not among them.
    const own = rows.filter(([one, parent]) => one === pid || parent === pid);
    return JSON.stringify([log.stdout, log.stderr, own]);
  }

  async #inspect(containers: readonly string[]): Promise<string[][]> {
    const inspect = ["container", "inspect", "--format", template, ...containers];
    const { failed, stdout, stderr } = await this.#docker.run(inspect);
    const faults = stderr.split("\n").filter((line) => line !== "" && !/No such container/i.test(line));
    if (failed && faults.length > 0) throw new Error(`docker inspect failed: ${faults.join("\n")}`);
    return stdout.split("\n").map((line) => line.split(" "));
  }
}
