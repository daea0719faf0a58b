import { socketOf } from "../../stack/engine/endpoint.ts";
import { type EngineFacts, isSameSocket } from "../facts/engine-facts.ts";
import type { PulumiFacts } from "../facts/pulumi-facts.ts";
import { type Finding, ok, problem, warning } from "../finding.ts";
import { nameOf } from "./engine-checks.ts";

const CHECK = "Pulumi";
/** Runs TypeScript as it is. */
const PROGRAM_NODE = [22, 18];

/** Whether this clone's next command uses the real CLI, and not the stand-in. */
export function usesRealCli({ wish, cli }: PulumiFacts): boolean {
  return wish !== "stand-in" && typeof wish !== "object" && cli !== undefined;
}

/** Which engine runs the program, and whether it has what it needs. */
export function pulumiChecks(facts: PulumiFacts): Finding[] {
  const { wish, cli, version, wanted } = facts;
  if (typeof wish === "object") return [problem(CHECK, wish.wrong, "unset STACK_ENGINE")];
  if (wish === "stand-in") return [ok(CHECK, "STACK_ENGINE chooses the stand-in (offline/README.md).")];
  if (cli === undefined) {
    if (wish === "pulumi") {
      const text = `STACK_ENGINE is pulumi, but the CLI is not here: it must be downloaded (${wanted}).`;
      return [warning(CHECK, text, "unset STACK_ENGINE   # without the network, the stand-in is used")];
    }
    return [
      ok(
        CHECK,
        `No CLI here yet: the next start downloads ${wanted}, or uses the stand-in without the network.`,
      ),
    ];
  }
  if (version === undefined) {
    return [
      problem(CHECK, `${cli} does not tell its version: it does not run.`, "export STACK_ENGINE=stand-in"),
    ];
  }
  if (!version.startsWith("3.")) {
    const text = `${cli} is version ${version}, but the program needs 3.x.`;
    return [problem(CHECK, text, "Remove it from the PATH: npm then brings the right one.")];
  }
  if (!facts.hasLanguageHost) {
    const text = `Pulumi ${version} does not find pulumi-language-nodejs, which runs the program.`;
    return [problem(CHECK, text, "curl -fsSL https://get.pulumi.com | sh")];
  }
  return [ok(CHECK, `CLI ${version} (${cli})`), ...pluginChecks(facts), ...nodeOnPath(facts)];
}

function pluginChecks({ plugins, mayDownloadPlugins }: PulumiFacts): Finding[] {
  const missing = plugins.filter(({ isHere }) => !isHere);
  const names = missing.map(({ name, version }) => `${name} ${version}`).join(" and ");
  const fix = missing
    .map(({ name, version }) => `pulumi plugin install resource ${name} ${version}`)
    .join(" && ");
  if (missing.length === 0) {
    return [ok("plugins", plugins.map(({ name, version }) => `${name} ${version}`).join(", "))];
  }
  if (mayDownloadPlugins) return [ok("plugins", `The next \`up\` downloads ${names}.`)];
  const text = `${names} missing, and PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION forbids the download.`;
  return [problem("plugins", text, fix)];
}

/** `npm run pulumi` brings its own Node, but an installed CLI that is called directly takes this one. */
function nodeOnPath({ pathNode }: PulumiFacts): Finding[] {
  const [major = 0, minor = 0] = (pathNode ?? "").split(".").map(Number);
  const [least = 0, leastMinor = 0] = PROGRAM_NODE;
  if (pathNode === undefined || major > least || (major === least && minor >= leastMinor)) return [];
  const text = `\`pulumi up\`, called directly, fails: it takes Node ${pathNode} and needs 22.18.`;
  return [warning("Node", text, "npm run pulumi -- up --stack local   # brings its own Node")];
}

/**
 * Pulumi's Docker provider does not know the current context of the docker client: without DOCKER_HOST it
 * takes the first of some sockets that answers.
 */
export function providerEndpoint(engine: EngineFacts, pulumi: PulumiFacts): Finding[] {
  const { endpoint, providerSocket } = engine;
  const own = socketOf(endpoint.host);
  const isSame =
    endpoint.decidedBy === "DOCKER_HOST" ||
    (own !== undefined && providerSocket !== undefined && isSameSocket(own, providerSocket));
  if (engine.engine.failed || isSame || !usesRealCli(pulumi)) return [];
  const other = providerSocket === undefined ? "finds no engine" : `uses the one at unix://${providerSocket}`;
  const fix = `export DOCKER_HOST=${endpoint.host}`;
  if (own === undefined) {
    const text = `The client uses ${nameOf(engine)}, but Pulumi does not read contexts and ${other}.`;
    return [problem("endpoint", text, fix)];
  }
  const text =
    `The client and our commands use ${nameOf(engine)}. But \`pulumi up\`, called directly, does not read ` +
    `contexts and ${other}.`;
  return [warning("endpoint", text, fix)];
}
