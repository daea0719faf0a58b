import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { TestRun } from "../../commands/lib/tests/test-run.ts";

const module = path.resolve(import.meta.dirname, "../../commands/lib/tests/test-run.ts");
const script = `
  import { TestRun } from ${JSON.stringify(module)};
  const run = await TestRun.begin();
  console.log(run.folder);
  setInterval(() => {}, 1000);
`;

/** Begins a run in another process and kills that process. @returns the run's folder */
async function killedRun(): Promise<string> {
  const other = spawn(process.execPath, ["--input-type=module", "-e", script]);
  const [folder] = await once(other.stdout, "data");
  other.kill("SIGKILL");
  await once(other, "exit");
  return String(folder).trim();
}

/** Gives a run a network with its label, and a clone with a volume. */
async function leave(folder: string, id: string): Promise<void> {
  const clone = path.join(folder, "clone", ".pulumi");
  await mkdir(clone, { recursive: true });
  await writeFile(path.join(clone, "clone.json"), JSON.stringify({ id, folder: path.dirname(clone) }));
  const ofRun = `orbital-witness.run=${path.basename(folder)}`;
  await execa("docker", ["network", "create", "--internal", "--label", ofRun, `leftover-${id}`]);
  await execa("docker", ["volume", "create", "--label", `orbital-witness.clone=${id}`, `leftover-${id}`]);
}

async function leftovers(id: string): Promise<string[]> {
  const list = async (kind: string) =>
    (await execa("docker", [kind, "ls", "--filter", `name=leftover-${id}`, "--format", "{{.Name}}"])).stdout;
  return [await list("network"), await list("volume")].filter((name) => name !== "");
}

describe("a run of the tests", () => {
  it("removes what a killed run left, but nothing of a run that is in progress", async () => {
    const [deadId = "", liveId = ""] = [4, 4].map((bytes) => randomBytes(bytes).toString("hex"));
    const dead = await killedRun();
    await leave(dead, deadId);
    {
      await using run = await TestRun.begin();
      await leave(run.folder, liveId);
      await TestRun.removeDead();
      expect(await leftovers(deadId)).toEqual([]);
      expect(existsSync(dead)).toBe(false);
      expect(await leftovers(liveId)).toHaveLength(2);
      expect(existsSync(run.folder)).toBe(true);
    }
    expect(await leftovers(liveId)).toEqual([]);
  });
});
