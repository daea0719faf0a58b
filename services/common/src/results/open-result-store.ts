import path from "node:path";
import { FolderResultStore } from "./folder-result-store.ts";
import type { ResultStore, ResultStoreSettings } from "./result-store.ts";

/** Opens the store that the settings name. */
export function openResultStore(settings: ResultStoreSettings): ResultStore {
  return new FolderResultStore(settings);
}

/**
 * Where the services keep results and corrections. The Order API can write to the folder of the uploads only,
 * so that it cannot change what was read.
 */
export function resultStoreSettings(resultsFolder: string, uploadsFolder: string): ResultStoreSettings {
  return { folder: resultsFolder, correctionsFolder: path.join(uploadsFolder, "corrections") };
}
