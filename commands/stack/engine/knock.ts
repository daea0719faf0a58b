import { connect } from "node:net";

/**
 * Connects to a socket or a port. @returns `open` if somebody listens, else the error's code, such as ENOENT,
 * ECONNREFUSED or EACCES
 */
export function knock(at: { path: string } | { host: string; port: number }): Promise<string> {
  return new Promise((resolve) => {
    const connection = connect({ ...at, timeout: 1000 });
    const end = (said: string) => {
      connection.destroy();
      resolve(said);
    };
    connection.once("connect", () => end("open"));
    connection.once("timeout", () => end("ETIMEDOUT"));
    connection.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
