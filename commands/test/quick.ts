import { runCommand } from "../../lib/failure.ts";
import { lanes } from "../lib/tests/lanes.ts";
import { runTests } from "../lib/tests/run-tests.ts";

/** `npm test`: every test but the slow faults. `npm test -- <file>` runs one file. */
await runCommand(() => runTests(lanes.test, process.argv.slice(2)));
process.exit();
