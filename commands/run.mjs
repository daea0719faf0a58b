// Runs every npm script. Plain JavaScript, because it runs on whatever Node the machine has: it installs the
// dependencies when they are missing or outdated, and then runs the script with the project's own Node.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = 18;
const projectFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const inProject = (...parts) => path.join(projectFolder, ...parts);
const node = inProject("node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  stop(
    `Node ${process.versions.node} is too old for this project.`,
    `Install Node ${OLDEST_NODE} or later and try again.`,
  );
}
if (!isInstalled()) {
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
const running = spawn(node, [inProject(program), ...args], {
  cwd: projectFolder,
  stdio: "inherit",
  env: {
    // Pulumi's SDK takes a second to load: keep its compiled code.
    NODE_COMPILE_CACHE: inProject("node_modules", ".cache", "node"),
    ...process.env,
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ""}`,
  },
});
process.on("SIGTERM", () => running.kill("SIGTERM"));
running.on("exit", (status, signal) => {
  // The command may have changed a setting.
  keepSettingsLocal();
  process.exitCode = signal ? 130 : (status ?? 1);
});

/**
 * npm writes this file at the end of every install. If it is older than the lock file, the install is
 * outdated.
 */
function isInstalled() {
  const installed = inProject("node_modules", ".package-lock.json");
  return (
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(inProject("package-lock.json")).mtimeMs
  );
}

function stop(message, advice) {
  console.error(`\n✗ ${message}\n\n  What to do: ${advice}\n`);
  process.exit(1);
}
