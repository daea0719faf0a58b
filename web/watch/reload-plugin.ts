import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Plugin } from "vite";

/** The number of the build, relative to the page. The page reloads when it changes. */
export const buildFile = "dev/build";

/** Makes the built page reload itself after the next build. */
export function reloadPlugin(): Plugin {
  const source = readFileSync(path.join(import.meta.dirname, "reload.js"));
  // The Content-Security-Policy allows files only, and browsers keep them under their names for a year.
  const fileName = `assets/reload-${createHash("sha256").update(source).digest("hex").slice(0, 8)}.js`;
  return {
    name: "reload",
    generateBundle() {
      this.emitFile({ type: "asset", fileName, source });
    },
    transformIndexHtml: () => [{ tag: "script", attrs: { type: "module", src: `/${fileName}` } }],
  };
}
