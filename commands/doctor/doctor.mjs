// `npm run doctor`. Plain JavaScript, because it runs on whatever Node the machine has: it says what keeps
// doctor.ts itself from running. Unlike the other commands, it installs nothing.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import {
  commandEnvironment,
  dependencies,
  isNodeTooOld,
  node,
  OLDEST_NODE,
  projectFolder,
} from "../lib/installation.mjs";

const args = process.argv.slice(2);
const obstacle = whatIsMissing();
if (obstacle === undefined) {
  const program = path.join(projectFolder, "commands/doctor/doctor.ts");
  const running = spawn(node, [program, ...args], { stdio: "inherit", env: commandEnvironment() });
  running.on("exit", (status) => {
    process.exitCode = status ?? 1;
  });
} else {
  report(obstacle);
  process.exitCode = 1;
}

function whatIsMissing() {
  const { node: version } = process.versions;
  if (isNodeTooOld()) {
    return {
      check: "Node",
      text: `Node ${version} is too old: the commands need Node ${OLDEST_NODE} or later.`,
      fix: `nvm install ${OLDEST_NODE}   # or from https://nodejs.org`,
    };
  }
  if (dependencies() === "missing") {
    return { check: "dependencies", text: "The dependencies are not installed.", fix: "npm ci" };
  }
  if (!existsSync(node)) {
    return {
      check: "dependencies",
      text: "The project's own Node is missing: install scripts did not run.",
      fix: "npm ci --ignore-scripts=false",
    };
  }
  return undefined;
}

/** As doctor.ts reports: see commands/doctor/report.ts. */
function report(finding) {
  if (args.includes("--json")) {
    const findings = [{ check: finding.check, state: "problem", text: finding.text, fix: finding.fix }];
    console.log(JSON.stringify({ problems: 1, warnings: 0, findings }, undefined, 2));
  } else {
    console.log(`✗ ${finding.check}: ${finding.text}\n  → ${finding.fix}\n`);
    console.log("1 problem. Run the command after →, then `npm run doctor` again: the rest is checked then.");
  }
}
