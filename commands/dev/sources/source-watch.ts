import { type FSWatcher, readdirSync, readFileSync, watch } from "node:fs";
import path from "node:path";

/** Saving a file causes several events. */
const settleMs = 15;

/**
 * Calls `changed` with the absolute paths of the files below `folders` whose content has changed, and the
 * Unix time of the first event in ms. Test files do not count.
 *
 * Each folder has its own watcher, and every event leads to a look at all files. Watchers of files, which
 * Node's recursive watch uses on Linux, miss the second save of an editor that replaces the file.
 */
export class SourceWatch implements Disposable {
  readonly #folders: readonly string[];
  readonly #changed: (files: string[], at: number) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #contents: Map<string, string>;
  #due: number | undefined;

  constructor(folders: readonly string[], changed: (files: string[], at: number) => void) {
    this.#folders = folders;
    this.#changed = changed;
    this.#contents = this.#look();
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  #look(): Map<string, string> {
    const contents = new Map<string, string>();
    const folders = new Set<string>();
    const visit = (folder: string) => {
      folders.add(folder);
      this.#watchFolder(folder);
      for (const entry of entriesOf(folder)) {
        const found = path.join(folder, entry.name);
        if (entry.isDirectory()) visit(found);
        else if (entry.isFile() && isSource(entry.name)) contents.set(found, contentOf(found));
      }
    };
    for (const folder of this.#folders) visit(folder);
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    return contents;
  }

  #watchFolder(folder: string): void {
    if (this.#watchers.has(folder)) return;
    const watcher = watch(folder, () => {
      if (this.#due !== undefined) return;
      this.#due = Date.now();
      setTimeout(() => this.#compare(), settleMs);
    });
    // The folder was removed. If there is another one of the same name, the next look watches it.
    watcher.on("error", () => this.#watchers.delete(folder));
    this.#watchers.set(folder, watcher);
  }

  #compare(): void {
    const at = this.#due ?? Date.now();
    this.#due = undefined;
    const before = this.#contents;
    this.#contents = this.#look();
    const all = new Set([...before.keys(), ...this.#contents.keys()]);
    const files = [...all].filter((file) => before.get(file) !== this.#contents.get(file));
    if (files.length > 0) this.#changed(files.sort(), at);
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // It was removed meanwhile.
    return [];
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

/** Editors write to files with other names first: `.app.ts.swp`, `app.ts~`, `4913`. */
function isSource(name: string): boolean {
  return /^[^.].*\.(ts|tsx|lua|html|css|js|svg)$/.test(name) && !name.endsWith(".test.ts");
}
