// Runs after every install, and before and after every npm script. Makes git ignore this clone's own values
// in Pulumi.local.yaml, so that no commit contains them or its secrets. Plain JavaScript, because it must run
// on any Node. docs/decisions.md explains why this is a filter.
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const FILE = "Pulumi.local.yaml";
const FILTER = "own-settings";

export function keepSettingsLocal() {
  try {
    const listed = git("ls-files", "-v", FILE);
    if (listed !== "") {
      install(listed.startsWith("S"));
    }
  } catch (error) {
    // Without a repository (an archive) or without git there is nothing to commit to.
    if (error.code !== "ENOENT" && !/not a git repository/i.test(String(error.stderr))) {
      console.warn(
        `! Your own values in ${FILE} could get into a commit: ` +
          `${String(error.stderr || error.message).trim()}\n` +
          "  Fix the cause and run `npm run prepare`.",
      );
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  keepSettingsLocal();
}

function install(isHidden) {
  const folder = path.resolve(git("rev-parse", "--git-common-dir"));
  const script = path.join(folder, `${FILTER}.sh`);
  copyFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), `${FILTER}.sh`), script);
  chmodSync(script, 0o755);
  const attributes = path.join(folder, "info", "attributes");
  const line = `/${FILE} filter=${FILTER}`;
  if (!existsSync(attributes) || !readFileSync(attributes, "utf8").split("\n").includes(line)) {
    mkdirSync(path.dirname(attributes), { recursive: true });
    appendFileSync(attributes, `${line}\n`);
  }
  const command = (direction) => `sh "$(git rev-parse --git-common-dir)/${FILTER}.sh" ${direction} %f`;
  // `required`: if the filter fails, the commit stops, so that the values do not get into it.
  const wanted = { clean: command("clean"), required: "true", smudge: command("smudge") };
  const current = configured();
  for (const [key, value] of Object.entries(wanted)) {
    if (current[key] !== value) {
      git("config", `filter.${FILTER}.${key}`, value);
    }
  }
  // Earlier versions hid the file with this flag. With the flag, `git pull` stops if it has to change the
  // file.
  if (isHidden) {
    git("update-index", "--no-skip-worktree", FILE);
  }
  // If the file's size has changed, git lists it as changed without running the filter. This makes git run
  // the filter, and stages nothing.
  git("add", FILE);
}

/** The filter's settings in this clone's configuration. */
function configured() {
  try {
    const lines = git("config", "--local", "--get-regexp", `^filter\\.${FILTER}\\.`).split("\n");
    return Object.fromEntries(
      lines.map((line) => [line.split(" ")[0].split(".").at(-1), line.replace(/^\S+ /, "")]),
    );
  } catch (error) {
    // Exit code 1: there are no such settings yet.
    if (error.status === 1) {
      return {};
    }
    throw error;
  }
}

function git(...args) {
  const env = { ...process.env, LC_ALL: "C" };
  return execFileSync("git", args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] }).trimEnd();
}
