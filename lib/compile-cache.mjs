// Keeps the compiled code of the Pulumi program and its SDK between two runs. Node loads this file first, by
// `nodeargs` in Pulumi.yaml, for a plain `pulumi up` too. Commands of npm use the same folder.
import module from "node:module";
import { fileURLToPath } from "node:url";

// A Node that is too old has no cache. The program says then which one it needs.
module.enableCompileCache?.(fileURLToPath(new URL("../node_modules/.cache/node", import.meta.url)));
