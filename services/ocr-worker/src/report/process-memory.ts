import { readFile } from "node:fs/promises";

/**
 * Returns the resident memory of processes in bytes, as Linux counts it. A process that has ended counts as
 * nothing. Undefined where there is no /proc.
 */
export async function residentBytes(processIds: readonly number[]): Promise<number | undefined> {
  const found = await Promise.all(processIds.map(residentOf));
  const known = found.filter((bytes) => bytes !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, bytes) => sum + bytes, 0);
}

async function residentOf(processId: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${processId}/status`, "utf8").catch(() => "");
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
