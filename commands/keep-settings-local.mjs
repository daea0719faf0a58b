// Runs after every install: from then on git leaves this clone's Pulumi.local.yaml alone, so that what a developer
// sets there (or the secrets that `npm start` puts there) gets into no commit. Plain JavaScript: any Node runs it.
import { execFileSync } from "node:child_process";

const FILE = "Pulumi.local.yaml";

try {
  if (git("ls-files", FILE).trim() === FILE) {
    git("update-index", "--skip-worktree", FILE);
  }
} catch (error) {
  // No repository (an archive), or no git at all: then there is nothing to commit into.
  if (error.code !== "ENOENT" && !/not a git repository/i.test(String(error.stderr))) {
    console.warn(
      `! A changed ${FILE} could get into a commit: ${String(error.stderr).trim()}\n  Then run \`npm run prepare\`.`,
    );
  }
}

function git(...args) {
  const env = { ...process.env, LC_ALL: "C" };
  return execFileSync("git", args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
}
