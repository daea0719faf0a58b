// Builds the page for dev mode when its parent process asks, and answers when the router serves it.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { build } from "vite";
import { buildFile, reloadPlugin } from "./reload-plugin.ts";

const [outDir = ""] = process.argv.slice(2);
const web = path.resolve(import.meta.dirname, "..");
let builds = 0;

/** `error`: what went wrong, with the file and line. */
export type Built = { error?: string };

process.on("message", () => {
  buildPage().then(
    () => process.send?.({} satisfies Built),
    (error: unknown) => process.send?.({ error: describe(error) } satisfies Built),
  );
});
process.on("disconnect", () => process.exit());

/** The files of earlier builds stay, because a page that is open may still load them. */
async function buildPage(): Promise<void> {
  await build({
    configFile: path.join(web, "vite.config.ts"),
    logLevel: "silent",
    plugins: [reloadPlugin()],
    build: { outDir, emptyOutDir: builds === 0, minify: false, reportCompressedSize: false },
  });
  builds += 1;
  const file = path.join(outDir, buildFile);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${Date.now()}\n`);
}

function describe(error: unknown): string {
  return stripVTControlCharacters(error instanceof Error ? error.message : String(error));
}
