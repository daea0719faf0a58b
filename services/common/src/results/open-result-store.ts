import { FolderResultStore } from "./folder-result-store.ts";
import type { ResultStore, ResultStoreSettings } from "./result-store.ts";

/** Opens the store that the settings name. */
export function openResultStore({ folder }: ResultStoreSettings): ResultStore {
  return new FolderResultStore(folder);
}
