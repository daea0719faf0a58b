import { execa } from "execa";
import { inject, onTestFinished } from "vitest";
import { z } from "zod";
import { Customer } from "../../../lib/customer.ts";
import { poll } from "../../../lib/poll.ts";
import * as harm from "../../stack/harm.ts";
import { StackUnderTest, type TestContainer } from "../../stack/stack-under-test.ts";
import { SourceContainer } from "./source-container.ts";

const eventSchema = z.record(z.string(), z.unknown());

/**
 * The files that Redis writes, for `onVolume`. It is a pattern, which the shell expands in arguments but not
 * after `>`.
 */
export const appendOnlyFile = "appendonlydir/*.incr.aof";

/** A fault of a container. The end of the test undoes it, if `end` was not called before. */
export interface Fault {
  end(): Promise<void>;
}

/** The stack that all fault tests of a run share (`start-stack.ts`), and the faults that it can have. */
export class FaultStack {
  readonly clone: StackUnderTest;
  readonly url: string;
  readonly customer: Customer;
  readonly source: SourceContainer;
  readonly #current = new Set<Fault>();

  private constructor(clone: StackUnderTest, url: string, sourceId: string) {
    this.clone = clone;
    this.url = url;
    this.customer = new Customer(url);
    this.source = new SourceContainer(sourceId);
  }

  static async open(): Promise<FaultStack> {
    const { folder, url, sourceId } = inject("faultStack");
    return new FaultStack(await StackUnderTest.find(folder), url, sourceId);
  }

  kill(container: TestContainer): Promise<Fault> {
    return this.#beginHarm(harm.kill(container));
  }

  /**
   * Kills the container's process with SIGKILL. The container ends, and its restart policy starts it again.
   */
  async crash(container: TestContainer): Promise<void> {
    // The command is killed with the container, so its exit code says nothing.
    await this.exec(container, "sh", "-c", "kill -9 $(cat /proc/1/task/1/children)");
  }

  pause(container: TestContainer): Promise<Fault> {
    return this.#beginHarm(harm.pause(container));
  }

  stop(container: TestContainer): Promise<Fault> {
    return this.#beginHarm(harm.stop(container));
  }

  async disconnect(container: TestContainer, ...networks: readonly harm.NetworkPart[]): Promise<Fault> {
    return this.#beginHarm(await harm.disconnect(this.clone, container, ...networks));
  }

  /** Changes a setting of the running Redis until the end of the fault. */
  async configureRedis(setting: string, value: string): Promise<Fault> {
    const [, before = ""] = await this.redis("CONFIG", "GET", setting);
    return this.begin(
      () => this.redis("CONFIG", "SET", setting, value),
      () => this.redis("CONFIG", "SET", setting, before),
    );
  }

  /** Begins a fault that `end` undoes. */
  async begin(harm: () => Promise<unknown>, remedy: () => Promise<unknown>): Promise<Fault> {
    await harm();
    const fault: Fault = {
      end: async () => {
        if (this.#current.delete(fault)) await remedy();
      },
    };
    if (this.#current.size === 0) onTestFinished(() => this.#remedyAll());
    this.#current.add(fault);
    return fault;
  }

  #beginHarm({ begin, end }: harm.Harm): Promise<Fault> {
    return this.begin(begin, end);
  }

  async #remedyAll(): Promise<void> {
    for (const fault of [...this.#current].reverse()) {
      await fault.end();
    }
    await this.untilReady();
  }

  /**
   * Runs every container's health check until it succeeds, because the engine's last check may be ten seconds
   * old.
   */
  async untilReady(limitSeconds = 60): Promise<void> {
    let unready: string[] = [];
    const look = async () => {
      const names = await this.clone.stack.containers.names();
      const answers = await Promise.all(names.map((name) => this.isReady({ name })));
      unready = names.filter((_, index) => !answers[index]);
      return unready.length === 0 ? true : undefined;
    };
    const late = () => new Error(`not ready after ${limitSeconds} s: ${unready.join(", ")}`);
    await poll(look, { everyMs: 250, limitMs: limitSeconds * 1000, late });
  }

  /** Waits until the engine calls all containers healthy: at a check, some time after they are ready. */
  async untilHealthy(limitSeconds = 60): Promise<void> {
    const { containers } = this.clone.stack;
    let unwell: string[] = [];
    const look = async () => {
      unwell = await containers.unwell(await containers.names());
      return unwell.length === 0 ? true : undefined;
    };
    const late = () => new Error(`not healthy after ${limitSeconds} s: ${unwell.join(", ")}`);
    await poll(look, { everyMs: 500, limitMs: limitSeconds * 1000, late });
  }

  /** The command of its health check, without the pause for healthy containers. */
  async isReady({ name }: Pick<TestContainer, "name">): Promise<boolean> {
    const question = await this.inspect({ id: name }, "{{index .Config.Healthcheck.Test 1}}");
    const ask = ["exec", name, "sh", "-c", `rm -f /tmp/ready; ${question}`];
    return !(await execa("docker", ask, { reject: false, timeout: 10_000 })).failed;
  }

  /** Runs a command in the container. @returns its output and exit code; rejects if it has no exit code */
  async exec({ name }: Pick<TestContainer, "name">, ...command: string[]) {
    const { exitCode, stdout, stderr } = await execa("docker", ["exec", name, ...command], { reject: false });
    return { exitCode, stdout, stderr };
  }

  /** Runs redis-cli in the stack's Redis. @returns its output by line; rejects if Redis reports an error */
  async redis(...command: string[]): Promise<string[]> {
    const container = await this.clone.container("redis");
    const { exitCode, stdout, stderr } = await this.exec(
      container,
      "redis-cli",
      "--user",
      "admin",
      "-e",
      ...command,
    );
    if (exitCode !== 0) throw new Error(`redis-cli ${command[0]}: ${stderr}${stdout}`);
    return stdout.split("\n").filter((line) => line !== "");
  }

  /** Runs a shell command in the folder of a stopped Redis, as its user. @returns its output */
  async onVolume({ id }: TestContainer, command: string): Promise<string> {
    const image = await this.inspect({ id }, "{{.Image}}");
    const run = ["run", "--rm", "--volumes-from", id, "--user", "999:999", "--workdir", "/data"];
    return (await execa("docker", [...run, "--entrypoint", "sh", image, "-ec", command])).stdout;
  }

  /** Reads a property by a Go template of `docker inspect`. */
  async inspect({ id }: Pick<TestContainer, "id">, format: string): Promise<string> {
    return (await execa("docker", ["inspect", "--format", format, id])).stdout;
  }

  /** Identifies the running processes of a part; it changes when one of them is restarted. */
  async processes(part: string): Promise<string[]> {
    const format = "{{.Id}} {{.State.Pid}} {{.State.StartedAt}}";
    return Promise.all(
      (await this.clone.containers(part)).map((container) => this.inspect(container, format)),
    );
  }

  /** The container's log, from a time on if one is given. */
  async lines({ name }: TestContainer, since = new Date(0)): Promise<string[]> {
    const logs = ["logs", "--since", since.toISOString(), name];
    const { all } = await execa("docker", logs, { all: true });
    return all.split("\n").filter((line) => line !== "");
  }

  /** The same with each line parsed as JSON; not for Redis. */
  async events(container: TestContainer, since?: Date): Promise<Record<string, unknown>[]> {
    return (await this.lines(container, since)).map(parseEvent);
  }
}

/** Parses a line of a service's log; throws unless it is one JSON object. */
export function parseEvent(line: string): Record<string, unknown> {
  return eventSchema.parse(JSON.parse(line));
}
