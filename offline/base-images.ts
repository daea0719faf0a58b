import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { Failure } from "../lib/failure.ts";
import { say } from "../lib/terminal.ts";
import {
  dockerfileOf,
  type ImageName,
  isBuiltBy,
  optionalFolder,
  recipe,
  recipeHash,
} from "./base-images/recipe.ts";
import { installPackages } from "./packages.ts";

const RECIPE_LABEL = "orbital-witness.offline-recipe";
const BASE = "orbital-witness-offline/base";

/** Images that this project builds, for machines that reach package registries but no image registry. */
export const offlineImages = {
  nodeImage: `orbital-witness-offline/node:${recipe.node}`,
  redisImage: "orbital-witness-offline/redis:distribution",
  caddyImage: "orbital-witness-offline/caddy:distribution",
} as const;

/** Another one, which only stacks with the setting `observability` need. */
export const offlinePrometheusImage = "orbital-witness-offline/prometheus:distribution";

/** Builds the images that are missing or were built from another recipe. Needs root on Debian or Ubuntu. */
export async function makeOfflineImages(): Promise<void> {
  const hash = recipeHash();
  if (await areBuiltBy(hash, Object.values(offlineImages))) {
    return;
  }
  await inContext(async (scratch, context) => {
    await importBase(scratch);
    for (const [what, image] of [
      ["redis", offlineImages.redisImage],
      ["caddy", offlineImages.caddyImage],
    ] as const) {
      await build(image, what, context, hash);
    }
    await unpackFromRegistry(nodePackage(), path.join(context, "node"));
    await unpackFromRegistry(`npm@${recipe.npm}`, path.join(context, "npm"));
    await build(offlineImages.nodeImage, "node", context, hash);
  });
}

/** The same for the image of Prometheus. */
export async function makeOfflinePrometheusImage(): Promise<void> {
  const hash = recipeHash(recipe, optionalFolder);
  if (await areBuiltBy(hash, [offlinePrometheusImage])) {
    return;
  }
  await inContext(async (scratch, context) => {
    if ((await execa("docker", ["image", "inspect", BASE], { reject: false })).failed)
      await importBase(scratch);
    await build(offlinePrometheusImage, "prometheus", context, hash);
  });
}

/** Runs `work` with a scratch folder, and in it one for the contexts of builds. */
async function inContext(work: (scratch: string, context: string) => Promise<void>): Promise<void> {
  if ((await execa("debootstrap", ["--version"], { reject: false })).failed) {
    await installPackages(
      ["debootstrap", "ca-certificates"],
      "debootstrap, which builds the base images",
      "Bring the images that Pulumi.yaml names onto the engine (`docker pull`, `docker load`) and try again.",
    );
  }
  const scratch = await mkdtemp(path.join(tmpdir(), "orbital-witness-images-"));
  try {
    const context = path.join(scratch, "context");
    await mkdir(context);
    await work(scratch, context);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function areBuiltBy(hash: string, images: readonly string[]): Promise<boolean> {
  const format = `{{index .Config.Labels "${RECIPE_LABEL}"}}`;
  const seen = await execa("docker", ["image", "inspect", "--format", format, ...images], { reject: false });
  return !seen.failed && seen.stdout.split("\n").every((label) => isBuiltBy(hash, label));
}

/** A minimal system of the machine's own distribution, with the machine's certificate authorities. */
async function importBase(scratch: string): Promise<void> {
  const { mirror, suite, components } = await distribution();
  say(`Building a base image from ${suite}'s packages (debootstrap)`);
  const root = path.join(scratch, "root");
  await run("debootstrap", [...recipe.debootstrap, `--components=${components}`, suite, root, mirror]);
  const authorities = "etc/ssl/certs/ca-certificates.crt";
  await copyFile(path.join("/", authorities), path.join(root, authorities));
  const archive = path.join(scratch, "root.tar");
  await run("tar", ["-C", root, "-cf", archive, ...recipe.leftOut.map((files) => `--exclude=${files}`), "."]);
  await run("docker", ["import", archive, BASE]);
  await rm(archive);
}

async function distribution(): Promise<{ mirror: string; suite: string; components: string }> {
  const { stdout } = await run("apt-get", [
    "indextargets",
    "--format",
    "$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)",
    "Created-By: Packages",
  ]);
  const osRelease = await readFile("/etc/os-release", "utf8");
  const suite = /^VERSION_CODENAME=(\w+)$/m.exec(osRelease)?.[1];
  const rows = stdout.split("\n").map((line) => line.split(" "));
  const main = rows.find(
    ([, name, component, origin]) =>
      name === suite && component === "main" && (origin === "Debian" || origin === "Ubuntu"),
  );
  if (suite === undefined || main?.[0] === undefined) {
    throw new Failure(
      "apt-get knows no Debian or Ubuntu package source of this system's release.",
      "Run `apt-get update`, check that the release's `main` source is listed in /etc/apt, and try again.",
    );
  }
  return { mirror: main[0], suite, components: main[3] === "Ubuntu" ? "main,universe" : "main" };
}

function nodePackage(): string {
  return `node-linux-${process.arch}@${recipe.node}`;
}

async function unpackFromRegistry(specifier: string, folder: string): Promise<void> {
  const scratch = `${folder}.unpacked`;
  await mkdir(scratch);
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", scratch, specifier]);
  await run("tar", ["-xzf", path.join(scratch, stdout.trim()), "-C", scratch]);
  await rename(path.join(scratch, "package"), folder);
  if (specifier.startsWith("npm@")) {
    await writeFile(path.join(folder, "npmrc"), await registrySetting());
  }
}

/** A company's own registry must also be used inside the build. */
async function registrySetting(): Promise<string> {
  const { stdout } = await run("npm", ["config", "get", "registry"]);
  const registry = new URL(stdout.trim());
  // A password must not get into an image.
  registry.username = "";
  registry.password = "";
  return `registry=${registry}\n`;
}

async function build(image: string, name: ImageName, context: string, hash: string): Promise<void> {
  say(`Building ${image}`);
  // On the host's network, apt and npm reach the same registries as on this machine.
  const options = ["--force-rm", "--network", "host", "--file", dockerfileOf(name)];
  await run("docker", ["build", ...options, "--label", `${RECIPE_LABEL}=${hash}`, "--tag", image, context], {
    // The classic builder is part of every engine and needs no plugin of the client.
    DOCKER_BUILDKIT: "0",
  });
}

async function run(file: string, args: readonly string[], env: Record<string, string> = {}) {
  const result = await execa(file, args, { env, all: true, reject: false });
  if (result.failed) {
    throw new Failure(
      `${file} ${args[0] ?? ""} failed:\n${(result.all ?? "").split("\n").slice(-20).join("\n")}`,
      "Check that this machine reaches its package registries (apt-get update, npm ping), then try again.",
      { cause: result },
    );
  }
  return result;
}
