import { runCommand } from "../../lib/failure.ts";
import { lanes } from "../lib/tests/lanes.ts";
import { runTests } from "../lib/tests/run-tests.ts";

/** `npm run test:faults`: the fault tests that take minutes. */
await runCommand(() => runTests(lanes.faults, process.argv.slice(2)));
process.exit();
