import { defineConfig } from "vite";

// The router serves the result: index.html for the addresses of the page, and hashed files below /assets.
export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../.cache/page",
    emptyOutDir: true,
    target: "es2022",
    // Small pictures stay files, as the Content-Security-Policy allows data: for images only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
