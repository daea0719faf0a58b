import { runCommand } from "../../lib/failure.ts";
import { lanes } from "../lib/tests/lanes.ts";
import { runTests } from "../lib/tests/run-tests.ts";

/**
 * `npm run test:all`: the tests of `npm test` and of `npm run test:faults` in one run, which is faster than
 * two.
 */
await runCommand(() => runTests(lanes.all, process.argv.slice(2)));
process.exit();
