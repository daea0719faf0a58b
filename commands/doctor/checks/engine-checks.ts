import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { isEngineInstalled, ownArchitecture } from "../../stack/engine/docker.ts";
import { socketOf } from "../../stack/engine/endpoint.ts";
import { ANSWER_MS } from "../facts/ask.ts";
import type { EngineFacts } from "../facts/engine-facts.ts";
import { type Finding, ok, problem, skipped, warning } from "../finding.ts";
import { productOf, thisPlatform } from "./engine-product.ts";

const CHECK = "engine";
/** Images of Debian 12 start threads by a system call (clone3) that engines before it reject. */
const OLDEST = [20, 10, 10];
/** The oldest minor version at which containers have what the program asks for. */
const OLDEST_TRIED = [20, 10, 0];

/** The docker client, its endpoint and the engine there, up to the first obstacle. */
export function engineChecks(facts: EngineFacts): Finding[] {
  const { client, endpoint, engine } = facts;
  if (client === undefined) {
    return [problem("docker", "There is no program `docker` on the PATH.", installCommand())];
  }
  if (endpoint.host === undefined) {
    const decider = endpoint.decidedBy === "DOCKER_CONTEXT" ? "DOCKER_CONTEXT" : "The docker client";
    const text = `${decider} names the context ${endpoint.context}, which does not exist.`;
    return [problem("context", text, wayBack(facts))];
  }
  if (engine.failed) return [unreachable(facts)];
  return [
    ...overriddenContext(facts),
    ...elsewhere(facts),
    ...kindOfEngine(engine.os, engine.arch, facts),
    ...versionOf(engine.version, facts),
  ];
}

/** What the other checks leave out because no engine answers. */
export function engineSkipped({ engine }: EngineFacts): Finding[] {
  if (!engine.failed) return [];
  return [skipped("the rest", "memory, disk, clock, leftovers: not checked, because no engine answers.")];
}

function installCommand(): string {
  if (!existsSync("/usr/bin/apt-get")) return "Install Docker: https://docs.docker.com/engine/install/";
  return thisPlatform.isRoot ? "npm start   # installs docker.io" : "sudo apt-get install docker.io";
}

/** `unix:///run/docker.sock (context rootless)` */
export function nameOf({ endpoint }: Pick<EngineFacts, "endpoint">): string {
  const by = {
    DOCKER_HOST: " (DOCKER_HOST)",
    DOCKER_CONTEXT: ` (context ${endpoint.context}, by DOCKER_CONTEXT)`,
    context: ` (context ${endpoint.context})`,
    default: "",
  };
  return `${endpoint.host}${by[endpoint.decidedBy]}`;
}

function unreachable(facts: EngineFacts): Finding {
  const { endpoint, engine, socket } = facts;
  const reason = engine.failed ? lastLine(engine.reason) : "";
  const name = nameOf(facts);
  const product = productOf(endpoint);
  if (engine.failed && engine.timedOut) {
    const fix =
      endpoint.decidedBy === "DOCKER_HOST"
        ? "unset DOCKER_HOST"
        : `docker version   # if it never answers: ${product.restart}`;
    const text = `The engine at ${name} gave no answer in ${ANSWER_MS / 1000} s. It hangs, or is very busy.`;
    return problem(CHECK, text, fix);
  }
  if (socket === "EACCES" || /permission denied/i.test(reason)) return notPermitted(name);
  if (/API version|client version .* is too (old|new)/i.test(reason)) {
    const text = `The docker client and the engine at ${name} are too far apart in age: ${reason}`;
    return problem(
      CHECK,
      text,
      "Install a docker client of the engine's version: https://docs.docker.com/engine/install/",
    );
  }
  return problem(CHECK, whatIsThere(facts, name, reason), startCommand(facts));
}

function whatIsThere({ endpoint, socket }: EngineFacts, name: string, reason: string): string {
  if (socket === "ENOENT") return `No engine runs: ${name} does not exist.`;
  if (socket === "ECONNREFUSED") {
    return `No engine runs: nobody listens on ${name}, which an engine left behind.`;
  }
  if (socketOf(endpoint.host) === undefined) return `No engine answers at ${name}: ${reason}`;
  return `What listens on ${name} is no engine: ${reason}`;
}

function startCommand({ endpoint, alive }: EngineFacts): string {
  const [other] = alive;
  if (endpoint.decidedBy === "DOCKER_HOST") return "unset DOCKER_HOST";
  if (other !== undefined) {
    const use = `docker context use ${other}   # its engine answers`;
    return endpoint.decidedBy === "DOCKER_CONTEXT" ? `unset DOCKER_CONTEXT && ${use}` : use;
  }
  const { name, start } = productOf(endpoint);
  return name === "Docker" && !isEngineInstalled() ? installCommand() : start;
}

function notPermitted(name: string): Finding {
  const text = `This user may not use the engine at ${name}.`;
  return problem(CHECK, text, 'sudo usermod -aG docker "$USER"   # then log out and in again');
}

function overriddenContext({ endpoint }: EngineFacts): Finding[] {
  const { DOCKER_CONTEXT: context } = process.env;
  if (endpoint.decidedBy !== "DOCKER_HOST" || !context) return [];
  const text = `DOCKER_HOST and DOCKER_CONTEXT (${context}) are both set. The client follows DOCKER_HOST.`;
  return [warning("context", text, "unset DOCKER_CONTEXT")];
}

/** The router's ports would be there, and the folders that it mounts are here. */
function elsewhere(facts: EngineFacts): Finding[] {
  if (!isElsewhere(facts.endpoint.host ?? "")) return [];
  const text =
    `The engine at ${nameOf(facts)} is on another machine: the stack would listen there, ` +
    "and would not find the folders of this clone.";
  return [problem("endpoint", text, wayBack(facts))];
}

function isElsewhere(host: string): boolean {
  const url = URL.parse(host);
  if (url === null || !/^(ssh|tcp|https?):$/.test(url.protocol)) return false;
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const own = Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).map(({ address }) => address),
  );
  return url.protocol === "ssh:" || !(name === "localhost" || own.includes(name));
}

/** The command that leads from a chosen engine to that of this machine. */
function wayBack({ endpoint: { decidedBy } }: EngineFacts): string {
  if (decidedBy === "DOCKER_HOST" || decidedBy === "DOCKER_CONTEXT") return `unset ${decidedBy}`;
  return "docker context use default";
}

function kindOfEngine(os: string, arch: string, facts: EngineFacts): Finding[] {
  if (os === "linux" && arch === ownArchitecture) return [];
  const text =
    `The engine at ${nameOf(facts)} runs ${os}/${arch}, but this machine is ${ownArchitecture}: ` +
    "the stack needs an engine for Linux of this machine's architecture.";
  return [problem("architecture", text, wayBack(facts))];
}

function versionOf(version: string, facts: EngineFacts): Finding[] {
  const { info, endpoint, isRootless } = facts;
  const update = "Update Docker: https://docs.docker.com/engine/install/";
  if (isBefore(version, OLDEST_TRIED)) {
    return [problem(CHECK, `Docker ${version} is too old: the stack needs 20.10 or later.`, update)];
  }
  if (isBefore(version, OLDEST)) {
    const text = `Docker ${version} rejects a system call of the services' images; 20.10.10 does not.`;
    return [warning(CHECK, text, update)];
  }
  const { name } = productOf(endpoint);
  const product = info?.OperatingSystem === "Docker Desktop" ? "Docker Desktop" : name;
  const what = isRootless ? "rootless Docker" : product;
  return [ok(CHECK, `${what}, engine ${version}, client ${facts.engine.client ?? "?"}, at ${nameOf(facts)}`)];
}

function isBefore(version: string, oldest: readonly number[]): boolean {
  const numbers = (/^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? []).slice(1).map((part) => Number(part ?? 0));
  // Development versions have no number.
  if (numbers.length === 0) return false;
  for (const [at, least] of oldest.entries()) {
    const own = numbers[at] ?? 0;
    if (own !== least) return own < least;
  }
  return false;
}

function lastLine(text: string): string {
  return text.split("\n").at(-1) ?? "";
}
