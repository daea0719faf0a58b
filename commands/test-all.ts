import { runCommand } from "../lib/failure.ts";
import { lanes } from "./lib/tests/lanes.ts";
import { runTests } from "./lib/tests/run-tests.ts";

/**
 * `npm run test:all`: what `npm test` and `npm run test:faults` run, in less time than one after the other.
 */
await runCommand(() => runTests(lanes.all, process.argv.slice(2)));
process.exit();
