import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { poll } from "../../lib/poll.ts";
import { freePort } from "../../tests/free-port.ts";

const startLimitMs = 120_000;

/** Whether the engine's client has Compose 2.22 or later, the first one with `watch`. */
export async function hasComposeWatch(): Promise<boolean> {
  const { failed, stdout } = await execa("docker", ["compose", "version", "--short"], { reject: false });
  const [major = 0, minor = 0] = stdout.replace(/^v/, "").split(".").map(Number);
  return !failed && (major > 2 || (major === 2 && minor >= 22));
}

/** The folder of a clone, its base image, and the variables of the Auth API as `NAME=value`. */
type Subject = { folder: string; nodeImage: string; variables: readonly string[] };

/**
 * The Auth API alone under `docker compose watch`, which copies a saved file into the container and restarts
 * it. No router is in front of it.
 */
export class ComposeWatch {
  /** The address of the Auth API. */
  url = "";
  readonly #folder: string;
  #watching: ReturnType<typeof watch> | undefined;
  #said = "";

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(subject: Subject): Promise<ComposeWatch> {
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), "orbital-witness-compose-")));
    const compose = new ComposeWatch(folder);
    try {
      await compose.#start(subject);
    } catch (error) {
      await compose.remove();
      throw error;
    }
    return compose;
  }

  async remove(): Promise<void> {
    this.#watching?.kill("SIGINT");
    await this.#watching;
    await this.#run("down", "--volumes", "--rmi", "local");
    await rm(this.#folder, { recursive: true });
  }

  async #start({ folder, nodeImage, variables }: Subject): Promise<void> {
    const port = await freePort();
    const service = {
      build: {
        context: folder,
        dockerfile: "services/Dockerfile",
        args: { SERVICE: "auth-api", NODE_IMAGE: nodeImage },
      },
      env_file: [{ path: "variables", format: "raw" }],
      ports: [`127.0.0.1:${port}:8080`],
      // Compose copies files as the container's user, who must be able to write there.
      user: "root",
      develop: {
        watch: [
          {
            action: "sync+restart",
            path: path.join(folder, "services/auth-api/src"),
            target: "/app/services/auth-api/src",
          },
        ],
      },
    };
    await writeFile(path.join(this.#folder, "variables"), variables.join("\n"), { mode: 0o600 });
    const file = path.join(this.#folder, "compose.yaml");
    await writeFile(file, JSON.stringify({ services: { api: service } }));
    await this.#run("up", "--detach", "--build");
    this.url = `http://127.0.0.1:${port}`;
    this.#watching = watch(this.#folder);
    this.#watching.all.setEncoding("utf8").on("data", (text: string) => (this.#said += text));
    const late = () => new Error(`docker compose watch does not start:\n${this.#said}`);
    const look = async () => {
      const isUp = (await fetch(`${this.url}/livez`).catch(() => undefined))?.ok ?? false;
      return isUp && /watch enabled/i.test(this.#said) ? true : undefined;
    };
    await poll(look, { everyMs: 100, limitMs: startLimitMs, late });
  }

  async #run(...words: string[]): Promise<void> {
    await execa("docker", ["compose", ...words], { cwd: this.#folder });
  }
}

function watch(folder: string) {
  return execa("docker", ["compose", "watch", "--no-up"], {
    ...{ cwd: folder, reject: false, stdin: "ignore", all: true, buffer: false },
  });
}
