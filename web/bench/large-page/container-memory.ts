import { execa } from "execa";

/** The file of the cgroup with the highest use so far, in bytes: cgroup v2, then v1. */
const peakFiles = ["/sys/fs/cgroup/memory.peak", "/sys/fs/cgroup/memory/memory.max_usage_in_bytes"] as const;

const units: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
const mebibyte = 2 ** 20;

/**
 * Figures of one container in MiB. `before` and `peak` count the file cache too, and are null where the
 * kernel keeps no peak. `sampled` is the highest sample of `docker stats`, which leaves out the file cache
 * that the kernel may drop.
 */
export type ContainerMemory = {
  name: string;
  before: number | null;
  peak: number | null;
  sampled: number;
};

/** Watches the memory of containers from `start` to `stop`. */
export class MemoryWatch {
  readonly #containers: readonly { id: string; name: string; before: number | null }[];
  readonly #highest = new Map<string, number>();
  readonly #stats: ReturnType<typeof statsOf>;

  private constructor(containers: readonly { id: string; name: string; before: number | null }[]) {
    this.#containers = containers;
    this.#stats = statsOf(containers.map(({ id }) => id));
    void this.#sample();
  }

  static async start(containers: readonly { id: string; name: string }[]): Promise<MemoryWatch> {
    const begun = containers.map(async ({ id, name }) => ({ id, name, before: await kernelPeak(id) }));
    return new MemoryWatch(await Promise.all(begun));
  }

  async stop(): Promise<ContainerMemory[]> {
    this.#stats.kill();
    return Promise.all(
      this.#containers.map(async ({ id, name, before }) => {
        const sampled = this.#highest.get(id);
        if (sampled === undefined) throw new Error(`docker stats printed no memory of ${name}`);
        return { name, before, peak: await kernelPeak(id), sampled };
      }),
    );
  }

  async #sample(): Promise<void> {
    for await (const line of this.#stats) {
      // Docker moves the cursor back before each round.
      const [, id = "", used = ""] = /([0-9a-f]{64})\t(.*)/.exec(line) ?? [];
      const sample = mebibytesOf(used);
      if (sample !== undefined) this.#highest.set(id, Math.max(sample, this.#highest.get(id) ?? 0));
    }
  }
}

/** It is killed at the end, which is no failure. */
function statsOf(ids: readonly string[]) {
  const format = ["--no-trunc", "--format", "{{.ID}}\t{{.MemUsage}}"];
  return execa("docker", ["stats", ...format, ...ids], { reject: false, buffer: false });
}

/** The first size of a text such as `160.5MiB / 1GiB`, in MiB. Undefined before Docker knows it. */
export function mebibytesOf(usage: string): number | undefined {
  const [, number = "", unit = ""] = /^([\d.]+)([KMG]?i?B) \//.exec(usage) ?? [];
  const bytes = Number(number) * (units[unit] ?? Number.NaN);
  return number === "" || Number.isNaN(bytes) ? undefined : bytes / mebibyte;
}

async function kernelPeak(id: string): Promise<number | null> {
  for (const file of peakFiles) {
    const { exitCode, stdout } = await execa("docker", ["exec", id, "cat", file], { reject: false });
    if (exitCode === 0) return Number(stdout) / mebibyte;
  }
  return null;
}
