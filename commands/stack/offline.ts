import path from "node:path";

// The only file that imports offline/, which replaces what cannot be downloaded on closed networks.
export {
  makeOfflineImages,
  makeOfflinePrometheusImage,
  offlineImages,
  offlinePrometheusImage,
} from "../../offline/base-images.ts";
export { installDockerEngine, startDockerEngine } from "../../offline/docker-engine.ts";
export { SCOPE_LABEL as STAND_IN_LABEL } from "../../offline/pulumi/scope.ts";

/** The stand-in for Pulumi's CLI. */
export const standInProgram = path.resolve(import.meta.dirname, "../../offline/pulumi/cli.ts");
