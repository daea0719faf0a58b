import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { projectFolder, setting } from "../../commands/project.ts";
import { Stack, type StackOutputs } from "../../commands/stack.ts";
import { cloneId } from "../../pulumi/clone-id.ts";

const STACK = "test";

export interface TestContainer {
  readonly id: string;
  readonly name: string;
  /** redis, auth-api, order-api, ocr-worker or router. */
  readonly part: string;
}

/** A clone of this project in a folder of its own, with a stack of its own on the real Docker engine. */
export class StackUnderTest {
  readonly folder: string;
  readonly stack: Stack;

  private constructor(folder: string, stack: Stack) {
    this.folder = folder;
    this.stack = stack;
  }

  static async make(settings: Record<string, string> = {}): Promise<StackUnderTest> {
    const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-test-"));
    const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    const { stdout } = await execa("git", list, { cwd: projectFolder });
    for (const file of stdout.split("\0").filter((name) => name !== "")) {
      await cp(path.join(projectFolder, file), path.join(folder, file));
    }
    await symlink(path.join(projectFolder, "node_modules"), path.join(folder, "node_modules"));
    const stack = await Stack.open(folder, STACK);
    await stack.keepBaseImages();
    await stack.keepJwtSecret();
    for (const [key, value] of Object.entries({ httpPort: String(await freePort()), ...settings })) {
      await stack.set(key, value);
    }
    return new StackUnderTest(folder, stack);
  }

  async up(options: { refresh?: boolean } = {}): Promise<StackOutputs> {
    await this.stack.up({ quiet: true, ...options });
    return this.stack.outputs();
  }

  get nodeImage(): string {
    return setting(this.folder, STACK, "nodeImage");
  }

  /** Running containers; those of one part where it is named. */
  async containers(part?: string): Promise<TestContainer[]> {
    const labels = [`clone=${cloneId(this.folder)}`, `stack=${STACK}`, ...(part ? [`part=${part}`] : [])];
    const filters = labels.flatMap((label) => ["--filter", `label=orbital-witness.${label}`]);
    const format = '{{.ID}} {{.Names}} {{.Label "orbital-witness.part"}}';
    const { stdout } = await execa("docker", ["ps", "--no-trunc", ...filters, "--format", format]);
    const rows = stdout.split("\n").filter((line) => line !== "");
    return rows.map((row) => {
      const [id = "", name = "", its = ""] = row.split(" ");
      return { id, name, part: its };
    });
  }

  async container(part: string): Promise<TestContainer> {
    const [first] = await this.containers(part);
    if (first === undefined) {
      throw new Error(`no container of the part ${part} runs`);
    }
    return first;
  }

  /** Changes one file of the clone. @returns what puts it back */
  async edit(file: string, change: (text: string) => string): Promise<() => Promise<void>> {
    const target = path.join(this.folder, file);
    const before = await readFile(target, "utf8");
    await writeFile(target, change(before));
    return () => writeFile(target, before);
  }

  /** Removes the clone and whatever of it is on the engine, images included. */
  async remove(): Promise<void> {
    await this.stack.destroy({ quiet: true });
    const images = await execa("docker", [
      "image",
      "ls",
      "--format",
      "{{.Repository}}:{{.Tag}}",
      "--filter",
      `reference=*/*:${STACK}-${cloneId(this.folder)}`,
    ]);
    const tags = images.stdout.split("\n").filter((tag) => tag !== "");
    if (tags.length > 0) {
      await execa("docker", ["image", "rm", ...tags]);
    }
    await rm(this.folder, { recursive: true });
  }
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
