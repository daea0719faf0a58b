import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { countCommands, type MonitoredCommands } from "./monitored-commands.ts";

/** A container of Redis, asked by its own `redis-cli`, which has the password in its environment. */
export class MeasuredRedis {
  readonly #containerId: string;
  readonly #cli: readonly string[];
  #pid: number | undefined;

  constructor(containerId: string, port = 6379) {
    this.#containerId = containerId;
    this.#cli = ["redis-cli", "--user", "admin", "-p", String(port)];
  }

  async cli(...words: string[]): Promise<string> {
    return this.#exec(...this.#cli, ...words);
  }

  /** Empties Redis and rewrites its log, so that every round starts in the same state. */
  async empty(): Promise<void> {
    // The last round was stopped in progress, so its requests must finish first.
    await pause(500);
    await this.cli("flushall");
    await this.cli("bgrewriteaof");
    while (!(await this.cli("info", "persistence")).includes("aof_rewrite_in_progress:0")) {
      await pause(100);
    }
  }

  /**
   * How often Redis has written its append-only file. With `appendfsync always` each write is one fdatasync.
   * Redis does not count them. They are the write calls of its process (proc(5), `syscw`) that did not answer
   * a client. A line of its log counts too, but there is none while orders arrive.
   */
  async diskWrites(): Promise<number> {
    this.#pid ??= figure(await this.cli("info", "server"), "process_id");
    // In one shell, so that Redis hardly answers anybody else between the two readings.
    const script = `cat /proc/${this.#pid}/io && "$@"`;
    const both = await this.#exec("sh", "-c", script, "sh", ...this.#cli, "info", "stats");
    return figure(both, "syscw") - figure(both, "total_writes_processed");
  }

  /** Counts commands until the returned function is called. This slows Redis down. */
  async monitor(): Promise<() => Promise<MonitoredCommands>> {
    const monitor = execa("docker", ["exec", this.#containerId, ...this.#cli, "monitor"], {
      reject: false,
      lines: true,
      maxBuffer: 1e9,
    });
    while ((await this.#monitors()).length === 0) await pause(50);
    return async () => {
      // Ending the process of `docker exec` would not end the one in the container.
      for (const id of await this.#monitors()) await this.cli("client", "kill", "id", id);
      return countCommands((await monitor).stdout);
    };
  }

  async #monitors(): Promise<string[]> {
    const clients = (await this.cli("client", "list")).split("\n");
    return clients.flatMap((client) => /^id=(\d+) .*\bflags=O\b/.exec(client)?.[1] ?? []);
  }

  async #exec(...words: string[]): Promise<string> {
    return (await execa("docker", ["exec", this.#containerId, ...words])).stdout;
  }
}

function figure(text: string, name: string): number {
  const [, digits] = new RegExp(`^${name}: *(\\d+)`, "m").exec(text) ?? [];
  if (digits === undefined) throw new Error(`there is no ${name} in ${text.slice(0, 200)}`);
  return Number(digits);
}
