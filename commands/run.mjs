// Runs every npm script. Plain JavaScript, because it runs on whatever Node the machine has: it installs the
// dependencies when they are missing or outdated, and then runs the script with the project's own Node.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import {
  commandEnvironment,
  dependencies,
  isNodeTooOld,
  node,
  OLDEST_NODE,
  projectFolder,
} from "./lib/installation.mjs";

if (isNodeTooOld()) {
  stop(
    `Node ${process.versions.node} is too old for this project.`,
    `Install Node ${OLDEST_NODE} or later and try again.`,
  );
}
if (dependencies() !== "current") {
  console.log("• Installing the dependencies (npm ci)");
  const options = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  const installed = npm
    ? spawnSync(process.execPath, [npm, ...options], { cwd: projectFolder, stdio: "inherit" })
    : spawnSync("npm", options, { cwd: projectFolder, stdio: "inherit" });
  if (installed.status !== 0) {
    stop(
      "The dependencies could not be installed.",
      "Fix the cause that npm names above (often the network or the registry) and try again.",
    );
  }
}
if (!existsSync(node)) {
  stop(
    "The project's own Node is missing: install scripts did not run.",
    "Run `npm ci --ignore-scripts=false` and try again.",
  );
}
// This runs here too, because an install may have run no scripts.
const { keepSettingsLocal } = await import("./keep-settings-local.mjs");
keepSettingsLocal();
const [program, ...args] = process.argv.slice(2);
// Ctrl-C reaches the command too. This process waits, because the command may need time to end cleanly.
process.on("SIGINT", () => {});
const running = spawn(node, [path.join(projectFolder, program), ...args], {
  cwd: projectFolder,
  stdio: "inherit",
  env: commandEnvironment(),
});
process.on("SIGTERM", () => running.kill("SIGTERM"));
running.on("exit", (status, signal) => {
  // The command may have changed a setting.
  keepSettingsLocal();
  process.exitCode = signal ? 130 : (status ?? 1);
});

function stop(message, advice) {
  console.error(`\n✗ ${message}\n\n  What to do: ${advice}\n`);
  process.exit(1);
}
