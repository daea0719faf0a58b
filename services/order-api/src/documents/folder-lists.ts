import { within } from "@orbital-witness/common/time-limit.ts";
import { z } from "zod";
import { SharedAnswer } from "../sharing/shared-answer.ts";

const limitMs = 1500;
/** Lists are kept for this time. */
const keptMs = 5000;
/** At most this many lists are kept. */
const mostKept = 2000;
const largestBytes = 32 * 1024 * 1024;

/** Caddy's list of a folder. It is null for an empty one. */
const listSchema = z.array(z.object({ name: z.string(), is_dir: z.boolean() })).nullable();

/** The names in a folder, without the slash at the end of a folder's name. */
export type FolderList = { folders: readonly string[]; files: readonly string[] };

/** Lists the folders of the document source, as the router serves them, and keeps the lists for 5 s. */
export class FolderLists {
  readonly #base: string;
  readonly #kept = new Map<string, SharedAnswer<FolderList>>();

  /** `base`: the address of the router's lists, without a slash at its end. */
  constructor(base: string) {
    this.#base = base;
  }

  /** `folder`: such as `samples/OW1`. One that does not exist is empty. Rejects if there is no answer. */
  get(folder: string): Promise<FolderList> {
    const kept = this.#kept.get(folder) ?? this.#newList(folder);
    // The one that was used last is the last to go.
    this.#kept.delete(folder);
    this.#kept.set(folder, kept);
    const [oldest] = this.#kept.size <= mostKept ? [] : this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
    return kept.get();
  }

  #newList(folder: string): SharedAnswer<FolderList> {
    return new SharedAnswer(keptMs, () => within(limitMs, this.#fetch(folder)));
  }

  async #fetch(folder: string): Promise<FolderList> {
    const response = await fetch(`${this.#base}/${folder}/`, {
      headers: { Accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(limitMs),
    });
    if (response.status === 404 || response.status === 403) {
      await response.body?.cancel();
      return { folders: [], files: [] };
    }
    if (!response.ok) throw new Error(`the list of ${folder} was answered ${response.status}`);
    const entries = listSchema.parse(JSON.parse(await textOf(response))) ?? [];
    const names = (isFolder: boolean) =>
      entries.filter(({ is_dir }) => is_dir === isFolder).map(({ name }) => name.replace(/\/$/, ""));
    return { folders: names(true), files: names(false) };
  }
}

/** The list of a folder with a hundred thousand title numbers has about 20 MB. */
async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > largestBytes) throw new Error("the list of a folder is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
