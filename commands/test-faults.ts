import { runCommand } from "../lib/failure.ts";
import { runTests } from "./lib/run-tests.ts";

/** `npm run test:faults`: the fault tests that take more than seconds. */
await runCommand(() => runTests(["--project=faults-slow", ...process.argv.slice(2)]));
process.exit();
