import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { say } from "../../lib/terminal.ts";
import { devRestartFolder } from "../../pulumi/components/dev-mode.ts";
import { projectFolder } from "../stack/project.ts";
import type { PageBuilder } from "./page-builder.ts";
import { duration, type SaveReport } from "./report/save-report.ts";
import { ImportGraph } from "./sources/import-graph.ts";

export const services = ["auth-api", "order-api", "ocr-worker"];
const servicesFolder = path.join(projectFolder, "services");
const web = path.join(projectFolder, "web");

/** Absolute paths of the folders whose changes count. */
export const sourceFolders = [
  ...[...services, "common"].map((each) => path.join(servicesFolder, each, "src")),
  web,
];

/** Decides what a changed file restarts. */
export class DevLoop {
  report: SaveReport | undefined;
  readonly #page: PageBuilder;
  readonly #graph = new ImportGraph(servicesFolder);

  constructor(page: PageBuilder) {
    this.#page = page;
    // Reads all sources now, so that the first save need not wait for it.
    for (const service of services) this.#graph.usedBy(service, "");
  }

  changed(files: readonly string[], at: number): void {
    const what = described(files);
    // What imported a file before it was changed is restarted too.
    const before = this.#users(files);
    for (const file of files) this.#graph.forget(file);
    const users = new Set([...before, ...this.#users(files)]);
    for (const service of users) {
      const save = Date.now();
      this.report?.saved(service, save, what, at);
      requestRestart(service, save);
    }
    const ofPage = files.some((file) => /\/web\/(src\/|index\.html$)/.test(file));
    if (ofPage) this.buildPage({ what, at }).catch(endWith);
    if (users.size === 0 && !ofPage) say(`no running service imports ${what}`);
  }

  async buildPage(save?: { what: string; at: number }): Promise<void> {
    const error = await this.#page.build();
    if (error !== undefined) {
      console.error(`✗ the page cannot be built, so the last one stays:\n${error.replace(/^/gm, "    ")}`);
    } else if (save) {
      say(`the page is live again after ${duration(Date.now() - save.at)} (${save.what})`);
    }
  }

  #users(files: readonly string[]): string[] {
    return services.filter((service) => files.some((file) => this.#graph.usedBy(service, file)));
  }
}

function described(files: readonly string[]): string {
  const [first = "", ...others] = files.map((file) => path.relative(projectFolder, file));
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

/** Node's watch mode in the service's containers sees the change of the file. */
export function requestRestart(service: string, save: number): void {
  const folder = devRestartFolder(service);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "save"), String(save));
}

/** For errors that no caller awaits. */
export function endWith(error: unknown): never {
  console.error(error);
  process.exit(1);
}
