import { cp, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { programUser } from "../../commands/lib/program-user.ts";
import { projectFolder, setting } from "../../commands/stack/project.ts";
import { Stack, type StackOutputs } from "../../commands/stack/stack.ts";
import type { Credentials } from "../../lib/customer.ts";
import { cloneId } from "../../pulumi/clone-id.ts";
import { freePort } from "../free-port.ts";

export const STACK = "test";

const endpointsSchema = z.record(
  z.string(),
  z.object({ IPAddress: z.string(), Aliases: z.array(z.string()).nullable() }),
);

export interface TestContainer {
  readonly id: string;
  readonly name: string;
  /** redis, auth-api, order-api, ocr-worker or router. */
  readonly part: string;
}

/** A clone of this project in a temporary folder, with its own stack on the real Docker engine. */
export class StackUnderTest {
  readonly folder: string;
  readonly stack: Stack;
  /** Images of all containers that the stack ever had, base images included. */
  readonly #images = new Set<string>();

  private constructor(folder: string, stack: Stack) {
    this.folder = folder;
    this.stack = stack;
  }

  static async make(settings: Record<string, string> = {}): Promise<StackUnderTest> {
    // The real path, because the program resolves it too.
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), "orbital-witness-test-")));
    try {
      return await StackUnderTest.#makeIn(folder, settings);
    } catch (error) {
      await rm(folder, { recursive: true });
      throw error;
    }
  }

  static async #makeIn(folder: string, settings: Record<string, string>): Promise<StackUnderTest> {
    await copyProject(folder);
    await symlink(path.join(projectFolder, "node_modules"), path.join(folder, "node_modules"));
    const stack = await Stack.open(folder, STACK);
    // Two workers, whatever the number of cores. A proof takes time, so that only those who ask have it.
    const port = String(await freePort());
    const all = { httpPort: port, ocrWorkers: "2", proveOnUp: "false", ...settings };
    for (const [key, value] of Object.entries(all)) {
      await stack.set(key, value);
    }
    // The settings say which images are needed.
    await stack.keepBaseImages();
    await stack.keepJwtSecret();
    return new StackUnderTest(folder, stack);
  }

  /** Opens the stack that `make` created in this folder, from another process. */
  static async find(folder: string): Promise<StackUnderTest> {
    const stack = await Stack.find(folder, STACK);
    if (stack === undefined) {
      throw new Error(`there is no stack in ${folder}`);
    }
    return new StackUnderTest(folder, stack);
  }

  /** Gives the clone of an earlier version, which has a stack in this folder, the files of this version. */
  static async update(folder: string): Promise<StackUnderTest> {
    await copyProject(folder);
    return new StackUnderTest(folder, await Stack.open(folder, STACK));
  }

  /** Moves the clone's folder, as a user does. @returns the clone in its new folder */
  async moveTo(folder: string): Promise<StackUnderTest> {
    await rename(this.folder, folder);
    const moved = new StackUnderTest(folder, await Stack.open(folder, STACK));
    for (const image of this.#images) moved.#images.add(image);
    return moved;
  }

  async up(options: { refresh?: boolean } = {}): Promise<StackOutputs> {
    await this.stack.up({ quiet: true, ...options });
    for (const { id } of await this.containers()) {
      this.#images.add(await this.imageOf({ id }));
    }
    return this.stack.outputs();
  }

  /** The key that signs the tokens. */
  async jwtSecret(): Promise<string> {
    const get = ["config", "get", "jwtSecret", "--stack", STACK];
    return (await this.stack.cli.quietly(get, "Make the stack first.")).trim();
  }

  /** The stack's own user, who exists without demo users too. */
  programUser(): Promise<Credentials> {
    return programUser(this.stack.containers);
  }

  get nodeImage(): string {
    return this.setting("nodeImage");
  }

  /** A setting's plain value. */
  setting(name: string): string {
    return setting(this.folder, STACK, name);
  }

  /** Running containers, of all parts or of one. */
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

  /** @returns the image's id */
  async imageOf({ id }: Pick<TestContainer, "id">): Promise<string> {
    return (await execa("docker", ["inspect", "--format", "{{.Image}}", id])).stdout;
  }

  /** Its networks by name, with its aliases and address. */
  async endpointsOf({ id }: TestContainer): Promise<z.infer<typeof endpointsSchema>> {
    const format = "{{json .NetworkSettings.Networks}}";
    const { stdout } = await execa("docker", ["inspect", "--format", format, id]);
    return endpointsSchema.parse(JSON.parse(stdout));
  }

  /** Changes one file of the clone. @returns a function that restores it */
  async edit(file: string, change: (text: string) => string): Promise<() => Promise<void>> {
    const target = path.join(this.folder, file);
    const before = await readFile(target, "utf8");
    await writeFile(target, change(before));
    return () => writeFile(target, before);
  }

  /** Removes the clone and all its resources on the engine, except the build cache. */
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
    // Images that were replaced have no tag.
    for (const image of this.#images) {
      const format = ["image", "inspect", "--format", "{{len .RepoTags}}", image];
      if ((await execa("docker", format, { reject: false })).stdout === "0") {
        await execa("docker", ["image", "rm", image]);
      }
    }
    await rm(this.folder, { recursive: true });
  }
}

async function copyProject(folder: string): Promise<void> {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await execa("git", list, { cwd: projectFolder });
  for (const file of stdout.split("\0").filter((name) => name !== "")) {
    await cp(path.join(projectFolder, file), path.join(folder, file));
  }
}
