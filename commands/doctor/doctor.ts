import { Failure } from "../../lib/failure.ts";
import { readOptions } from "../lib/options.ts";
import { projectFolder } from "../stack/project.ts";
import { examine } from "./examine.ts";
import { counts, reportText, worstFirst } from "./report.ts";

const USAGE = "npm run doctor [-- --json] [-- --stack NAME]";
const OPTIONS = {
  json: { type: "boolean", default: false },
  stack: { type: "string", default: "local" },
} as const;

const { json, stack } = optionsOrExit();
const findings = await examine(projectFolder, stack);
const { problem: problems, warning: warnings } = counts(findings);
if (json) {
  console.log(JSON.stringify({ problems, warnings, findings: worstFirst(findings) }, undefined, 2));
} else {
  console.log(reportText(findings, process.stdout.isTTY && !process.env.NO_COLOR));
}
process.exit(problems > 0 ? 1 : 0);

/** 2 for wrong arguments, so that scripts can tell them from problems. */
function optionsOrExit() {
  try {
    return readOptions(OPTIONS, USAGE);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`\n✗ ${error.message}\n\n  What to do: ${error.advice}\n`);
    process.exit(2);
  }
}
