import { mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { ensureBaseImages } from "../../../../commands/stack/engine/base-images.ts";
import { projectFolder, wantedBaseImages } from "../../../../commands/stack/project.ts";
import { choosePulumi, PulumiCli } from "../../../../commands/stack/pulumi/pulumi-cli.ts";
import { keepPassphrase } from "../../../../lib/passphrase.ts";
import { freePort } from "../../../free-port.ts";
import { STACK } from "../../../stack/stack-under-test.ts";

/** The last commit of version 0.1.0: no record of the clone's id, other component types, `docker.Image`. */
export const EARLIER = "e7396cca209ba7d8e31007d7ca8713013bac79da";

/** False in a clone without its history, as of `git clone --depth 1`. */
export async function hasEarlierVersion(): Promise<boolean> {
  const commit = ["cat-file", "-e", `${EARLIER}^{commit}`];
  return !(await execa("git", commit, { cwd: projectFolder, reject: false })).failed;
}

/**
 * A clone of the earlier version. Its own program, run by its own stand-in or the real CLI, created a stack.
 * @returns its folder and the stack's address
 */
export async function startEarlierVersion(): Promise<{ folder: string; url: string }> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "orbital-witness-test-")));
  const archive = await execa("git", ["archive", EARLIER], { cwd: projectFolder, encoding: "buffer" });
  await execa("tar", ["-x", "-C", folder], { input: archive.stdout });
  await symlink(path.join(projectFolder, "node_modules"), path.join(folder, "node_modules"));
  keepPassphrase(folder);
  const cli = await cliIn(folder);
  const port = await freePort();
  const settings = { ...(await baseImages()), httpPort: String(port), ocrWorkers: "1" };
  const advice = "Look at the output above.";
  await cli.quietly(["stack", "init", STACK], advice);
  for (const [key, value] of Object.entries(settings)) {
    await cli.quietly(["config", "set", key, value, "--stack", STACK], advice);
  }
  const secret = ["config", "set", "--secret", "jwtSecret", "--stack", STACK];
  await cli.quietly(secret, advice, "a key of the tokens that has more than 32 bytes");
  await cli.quietly(["up", "--yes", "--skip-preview", "--stack", STACK], advice);
  return { folder, url: `http://localhost:${port}` };
}

/** Removes the files of the earlier version, but not the clone's own: state, passphrase and settings. */
export async function removeEarlierFiles(folder: string): Promise<void> {
  const { stdout } = await execa("git", ["ls-tree", "--name-only", EARLIER], { cwd: projectFolder });
  for (const name of stdout.split("\n").filter((each) => each !== "")) {
    await rm(path.join(folder, name), { recursive: true });
  }
}

async function cliIn(folder: string): Promise<PulumiCli> {
  const cli = await choosePulumi(projectFolder);
  if (cli.kind === "pulumi") {
    // BuildKit in `docker.Image` fails on an engine with the containerd image store.
    const file = path.join(folder, "pulumi/service.ts");
    await writeFile(file, (await readFile(file, "utf8")).replace("BuilderBuildKit", "BuilderV1"));
    return cli.in(folder);
  }
  return new PulumiCli("stand-in", [process.execPath, path.join(folder, "offline/pulumi/cli.ts")], folder);
}

/** The earlier version would build the base images for closed networks by its own recipe. */
async function baseImages(): Promise<Record<string, string>> {
  return { ...(await ensureBaseImages(wantedBaseImages(projectFolder, "local"))) };
}
