import { execFile } from "node:child_process";

/** The output may be large: `docker inspect` of many containers, a long log. */
const maxBuffer = 16 * 1024 * 1024;

export type ClientAnswer = { failed: boolean; stdout: string; stderr: string };

/** Runs docker's command line client, which knows all ways to an engine: sockets, SSH, TLS and contexts. */
export class DockerClient {
  readonly #environment: Readonly<Record<string, string>>;

  /** @param environment is added to that of this process, for example DOCKER_HOST */
  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.#environment = environment;
  }

  /** Does not reject if the command fails. @throws Error if there is no client */
  run(args: readonly string[]): Promise<ClientAnswer> {
    const options = { env: { ...process.env, ...this.#environment }, maxBuffer };
    return new Promise((resolve, reject) => {
      execFile("docker", args, options, (error, stdout, stderr) => {
        if (error?.code === "ENOENT") reject(new Error("The program `docker` is not on the PATH."));
        else resolve({ failed: error !== null, stdout, stderr });
      });
    });
  }
}
