import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { Failure } from "../../../lib/failure.ts";
import { programOnPath } from "../../lib/program-on-path.ts";
import { wishedEngine } from "../../stack/pulumi/pulumi-cli.ts";
import { linesOf } from "./ask.ts";

const { resolve } = createRequire(import.meta.url);

export type Plugin = { readonly name: string; readonly version: string; readonly isHere: boolean };

export type PulumiFacts = {
  /** What STACK_ENGINE asks for, or why it is wrong. */
  readonly wish: "pulumi" | "stand-in" | undefined | { readonly wrong: string };
  /** The real CLI on the PATH, or the one that npm's package has downloaded. */
  readonly cli: string | undefined;
  /** Undefined if the CLI does not say. */
  readonly version: string | undefined;
  /** The version that npm's package downloads. */
  readonly wanted: string;
  /** Whether the CLI finds the program that runs Node programs for it. */
  readonly hasLanguageHost: boolean;
  readonly plugins: readonly Plugin[];
  readonly mayDownloadPlugins: boolean;
  /** Version of the Node on the PATH, which `pulumi` uses if it is called directly. */
  readonly pathNode: string | undefined;
};

export async function pulumiFacts(): Promise<PulumiFacts> {
  const home = process.env.PULUMI_HOME || path.join(homedir(), ".pulumi");
  const wanted = process.env.PULUMI_VERSION || packageOf("pulumi").version;
  const downloaded = path.join(home, "versions", wanted, "bin", "pulumi");
  const cli = programOnPath("pulumi") ?? (existsSync(downloaded) ? downloaded : undefined);
  const node = programOnPath("node");
  const [said, nodeSaid] = await Promise.all([
    cli === undefined ? undefined : linesOf(cli, ["version"], { PULUMI_SKIP_UPDATE_CHECK: "true" }),
    node === undefined ? undefined : linesOf(node, ["--version"]),
  ]);
  const host = "pulumi-language-nodejs";
  const beside = cli !== undefined && existsSync(path.join(path.dirname(cli), host));
  return {
    wish: wishOrFault(),
    cli,
    version: said?.[0]?.replace(/^v/, ""),
    wanted,
    hasLanguageHost: beside || programOnPath(host) !== undefined,
    plugins: ["docker", "random"].map((name) => {
      const { version } = packageOf(`@pulumi/${name}`);
      return {
        name,
        version,
        isHere: existsSync(path.join(home, "plugins", `resource-${name}-v${version}`)),
      };
    }),
    mayDownloadPlugins: process.env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION !== "true",
    pathNode: nodeSaid?.[0]?.replace(/^v/, ""),
  };
}

function wishOrFault(): PulumiFacts["wish"] {
  try {
    return wishedEngine();
  } catch (error) {
    if (error instanceof Failure) return { wrong: error.message };
    throw error;
  }
}

function packageOf(name: string): { version: string } {
  const text = readFileSync(resolve(`${name}/package.json`), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text));
}
