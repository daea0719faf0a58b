import { fileURLToPath } from "node:url";

/** Where tests and benchmarks keep the model, which `fetchModel` puts there. The image does not use it. */
export function developmentModel(): string {
  return fileURLToPath(new URL("../../../../../.cache/second-reader/", import.meta.url)).replace(/\/$/, "");
}
