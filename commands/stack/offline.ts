import path from "node:path";

// The one place that imports offline/: what this project does where the public registries cannot be reached.
export { makeOfflineImages, offlineImages } from "../../offline/base-images.ts";
export { installDockerEngine, startDockerEngine } from "../../offline/docker-engine.ts";
export { SCOPE_LABEL as STAND_IN_LABEL } from "../../offline/pulumi/scope.ts";

/** The stand-in for Pulumi's CLI. */
export const standInProgram = path.resolve(import.meta.dirname, "../../offline/pulumi/cli.ts");
