// Runs after every install: from then on git leaves this clone's Pulumi.local.yaml alone, so that what a developer
// sets there (or the secrets that `npm start` puts there) gets into no commit. Plain JavaScript: any Node runs it.
import { execFileSync } from "node:child_process";

const FILE = "Pulumi.local.yaml";

if (git("ls-files", FILE).trim() === FILE) {
  git("update-index", "--skip-worktree", FILE);
}

function git(...args) {
  try {
    return execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    // No repository (an archive), or no git at all: then there is nothing to commit into.
    if (error.code === "ENOENT" || /not a git repository/i.test(String(error.stderr))) {
      return "";
    }
    throw error;
  }
}
