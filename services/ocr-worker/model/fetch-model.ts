import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { publicIndex, wheel } from "./wheel.ts";
import { zipEntry } from "./zip-entry.ts";

/** Limit for each of the two requests, in ms. */
const REQUEST_MS = 300_000;

/** The index could not be reached, or has no such package. */
export class NoModelError extends Error {}

/**
 * Puts the second reader's model and its licences into a folder, unless it is there. `index`: the address of
 * a Python package index, without `/` at its end. Throws NoModelError if the index cannot be reached, and
 * another error if it has another file under this name.
 */
export async function fetchModel(folder: string, index: string = publicIndex): Promise<void> {
  if (existsSync(folder)) return;
  const archive = await download(await wheelAddress(index));
  const hash = createHash("sha256").update(archive).digest("hex");
  if (hash !== wheel.sha256) {
    throw new Error(`${wheel.file} from ${index} has the SHA-256 ${hash} instead of ${wheel.sha256}`);
  }
  await mkdir(path.dirname(folder), { recursive: true });
  // Others may look for the folder meanwhile, so it appears with all of its files.
  const scratch = await mkdtemp(`${folder}.`);
  try {
    for (const entry of wheel.entries) {
      await writeFile(path.join(scratch, path.basename(entry)), zipEntry(archive, entry), { mode: 0o644 });
    }
    await rename(scratch, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Finds the wheel in the index's list of files (PEP 503), because its path contains another hash. */
async function wheelAddress(index: string): Promise<string> {
  const list = `${index}/${wheel.project}/`;
  const page = (await download(list, "text/html")).toString();
  const links = [...page.matchAll(/<a [^>]*?href="([^"#]+)/g)].map(([, link = ""]) => link);
  const link = links.find((each) =>
    each.replaceAll("&amp;", "&").split(/[?]/)[0]?.endsWith(`/${wheel.file}`),
  );
  if (link === undefined) throw new NoModelError(`${list} has no ${wheel.file}`);
  return new URL(link.replaceAll("&amp;", "&"), list).href;
}

async function download(address: string, accept = "*/*"): Promise<Buffer> {
  try {
    const response = await fetch(address, {
      headers: { accept },
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    throw new NoModelError(`${address} cannot be reached: ${reason}`, { cause });
  }
}
