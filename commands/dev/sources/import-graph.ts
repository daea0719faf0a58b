import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** The package that the services share, as they import it. */
const sharedPackage = "@orbital-witness/common/";
/** A string that names a file: relative, or of the shared package. */
const fileName = /(["'`])((?:\.{1,2}\/|@orbital-witness\/common\/)[^"'`\n]*)\1/g;
/** They import nothing when the code runs. */
const typeImports = /^(?:import|export)\s+type\b[^;"'`]*?\sfrom\s*(["'])[^"'\n]*\1/gm;

/**
 * Knows which services run a file. A file leads to every file that a string in its code names: its imports,
 * but also the programs of threads and processes, scripts for Redis, and files that are sent to browsers.
 */
export class ImportGraph {
  readonly #services: string;
  /** Absolute paths of the files, and of the folders whose files are chosen by a value. */
  readonly #leads = new Map<string, readonly string[]>();

  /** @param services the absolute path of `services/` */
  constructor(services: string) {
    this.#services = services;
  }

  /** Must be called for each changed file. */
  forget(file: string): void {
    this.#leads.delete(file);
  }

  /** @param file an absolute path */
  usedBy(service: string, file: string): boolean {
    const seen = new Set<string>();
    const rest = [path.join(this.#services, service, "src/main.ts")];
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      if (next === file || (next.endsWith(path.sep) && file.startsWith(next))) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      rest.push(...this.#leadsOf(next));
    }
    return false;
  }

  #leadsOf(file: string): readonly string[] {
    const known = this.#leads.get(file);
    if (known !== undefined) return known;
    const leads = file.endsWith(path.sep) ? filesIn(file) : this.#named(file);
    if (!file.endsWith(path.sep)) this.#leads.set(file, leads);
    return leads;
  }

  #named(file: string): string[] {
    if (!file.endsWith(".ts") || !existsSync(file)) return [];
    const names = readFileSync(file, "utf8").replace(typeImports, "").matchAll(fileName);
    return [...names].map(([, , name = ""]) => this.#resolve(file, name));
  }

  #resolve(file: string, name: string): string {
    // In `./steps/${name}.lua` a value chooses the file.
    const [fixed = ""] = name.split("${");
    const chosen = fixed === name ? name : fixed.slice(0, fixed.lastIndexOf("/") + 1);
    return chosen.startsWith(sharedPackage)
      ? path.join(this.#services, "common/src", chosen.slice(sharedPackage.length))
      : path.join(path.dirname(file), chosen);
  }
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .map((entry) => path.join(entry.parentPath, entry.name));
}
