import { readdir, readFile, readlink } from "node:fs/promises";
import path from "node:path";

/** The state LISTEN in /proc/net/tcp. */
const LISTEN = "0A";

/**
 * The program that listens on a TCP port, such as `nginx (process 812)`. Undefined where it cannot be known:
 * on systems without /proc, and for processes of other users.
 */
export async function listenerOn(port: number): Promise<string | undefined> {
  const sockets = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const [, ...rows] = (await readFile(table, "utf8").catch(() => "")).trim().split("\n");
    for (const row of rows) {
      const [, local = "", , state, , , , , , inode] = row.trim().split(/\s+/);
      if (state === LISTEN && Number.parseInt(local.split(":").at(-1) ?? "", 16) === port) {
        sockets.add(`socket:[${inode}]`);
      }
    }
  }
  if (sockets.size === 0) return undefined;
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  for (const id of processes) {
    if (await holdsOneOf(sockets, `/proc/${id}/fd`)) {
      const program = await readlink(`/proc/${id}/exe`).catch(() => "a program");
      return `${path.basename(program)} (process ${id})`;
    }
  }
  return undefined;
}

async function holdsOneOf(sockets: ReadonlySet<string>, folder: string): Promise<boolean> {
  // The process may have ended, or belong to another user.
  const files = await readdir(folder).catch(() => []);
  for (const file of files) {
    if (sockets.has(await readlink(`${folder}/${file}`).catch(() => ""))) return true;
  }
  return false;
}
