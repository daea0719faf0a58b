import { runCommand } from "../lib/failure.ts";
import { runTests } from "./lib/run-tests.ts";

const args = process.argv.slice(2);
const choosesItself = args.some((arg) => arg.startsWith("--project"));

/** `npm test`: every test but the slow faults. */
await runCommand(() => runTests(choosesItself ? args : ["--project=!faults-slow", ...args]));
process.exit();
