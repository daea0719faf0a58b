import { counted } from "../../lib/counted.ts";
import { kinds, type Resource } from "../../stack/engine/all-stacks.ts";
import type { CloneFacts } from "../facts/clone-facts.ts";
import type { EngineFacts } from "../facts/engine-facts.ts";
import type { PulumiFacts } from "../facts/pulumi-facts.ts";
import type { OtherClone, StackFacts } from "../facts/stack-facts.ts";
import { type Finding, ok, problem, warning } from "../finding.ts";
import { usesRealCli } from "./pulumi-checks.ts";

type Facts = {
  readonly stack: StackFacts;
  readonly engine: EngineFacts;
  readonly pulumi: PulumiFacts;
  readonly clone: CloneFacts;
};

const REMOVE = { container: "docker rm -f", network: "docker network rm", volume: "docker volume rm" };
/** The ids of what the filter after it matches. */
const LIST_IDS = {
  container: "docker ps -aqf",
  network: "docker network ls -qf",
  volume: "docker volume ls -qf",
};

/** Locks of other commands: the next command would refuse to work. */
export function lockChecks({ holder, locks, areLocksLeftBehind }: StackFacts, stack: string): Finding[] {
  const check = "lock";
  if (holder !== undefined) {
    return [problem(check, holder.message, "npm run doctor   # again, when the other command has ended")];
  }
  const [lock] = locks;
  if (lock === undefined) return [];
  if (areLocksLeftBehind) {
    return [
      warning(check, "A Pulumi command was killed and left its lock behind.", "npm start   # removes it"),
    ];
  }
  const { pid, username, hostname, timestamp } = lock;
  const since = new Date(timestamp).toLocaleString("sv");
  const text = `Pulumi is changing this stack: process ${pid} of ${username} on ${hostname}, since ${since}.`;
  const fix = `npm run pulumi -- cancel --yes --stack ${stack}   # only if that process is dead`;
  return [problem(check, text, fix)];
}

/** Containers, networks and volumes of earlier starts. */
export function leftoverChecks(facts: Facts): Finding[] {
  const { own } = facts.stack;
  if (own === undefined) return [];
  return [...ownChecks(own, facts), ...interrupted(own, facts), ...otherClones(facts)];
}

function ownChecks(own: readonly Resource[], { clone, pulumi, stack }: Facts): Finding[] {
  const check = "stack";
  const name = `'${clone.stack}'`;
  if (own.length === 0) return [ok(check, `The stack ${name} of this clone has nothing on the engine yet.`)];
  if (!clone.hasSalt && stack.state === undefined) {
    const text =
      `The state of the stack ${name} is gone, but this clone has ${listed(own)} on the engine. ` +
      "The command removes them, with all orders, results and users.";
    return [problem(check, text, removalByName(own))];
  }
  const containers = own.filter(({ kind }) => kind === "container");
  const maker = containers.some(({ isOfStandIn }) => isOfStandIn) ? "stand-in" : "pulumi";
  const user = usesRealCli(pulumi) ? "pulumi" : "stand-in";
  // Without a CLI here, the next start may still download it.
  const isOther = pulumi.wish === undefined && pulumi.cli === undefined ? false : maker !== user;
  if (containers.length > 0 && isOther) {
    const by = { pulumi: "the real Pulumi CLI", "stand-in": "the stand-in for Pulumi's engine" };
    const text = `The containers were created by ${by[maker]}, but the next command uses ${by[user]}.`;
    return [problem(check, text, `export STACK_ENGINE=${maker}`)];
  }
  const unwell = containers.filter(
    ({ state, status }) => state !== "running" || status.includes("(unhealthy)"),
  );
  if (unwell.length > 0) {
    const states = unwell.map(
      ({ name, state, status }) => `${name} is ${state === "running" ? "unhealthy" : state} (${status})`,
    );
    return [
      warning(check, `Not every container runs well: ${states.join("; ")}.`, "npm start   # repairs them"),
    ];
  }
  if (containers.length === 0) return [ok(check, `The stack ${name} is stopped; its volumes are kept.`)];
  return [ok(check, `The stack ${name} runs: ${listed(containers)}.`)];
}

/** What a killed `up` of the real CLI leaves: resources that its state does not know. */
function interrupted(own: readonly Resource[], { stack: { state }, pulumi, clone }: Facts): Finding[] {
  if (state === undefined || !usesRealCli(pulumi)) return [];
  const unknown = own.filter(({ name, isOfStandIn }) => !state.names.has(name) && !isOfStandIn);
  const findings: Finding[] = [];
  const volumes = unknown.filter(({ kind }) => kind === "volume");
  if (unknown.length > 0) {
    const text =
      `An interrupted \`up\` left ${listed(unknown)} that Pulumi's state does not know: ` +
      `${unknown.map(({ name }) => name).join(", ")}.`;
    const others = unknown.filter(({ kind }) => kind !== "volume");
    // Volumes may hold orders, so they are only shown.
    const fix =
      others.length > 0
        ? removalByName(others)
        : `docker volume inspect ${volumes.map(({ name }) => name).join(" ")}`;
    findings.push(warning("leftovers", text, fix));
  }
  if (state.pending > 0) {
    const operations = counted(state.pending, "operation");
    const text = `Pulumi's state has ${operations} of an \`up\` that was interrupted.`;
    const fix = `npm run pulumi -- refresh --yes --clear-pending-creates --stack ${clone.stack}`;
    findings.push(warning("state", text, fix));
  }
  return findings;
}

function otherClones({ stack, engine }: Facts): Finding[] {
  // Elsewhere, the folders of the clones cannot be seen.
  if (!engine.isOnThisMachine) return [];
  return stack.otherClones.flatMap((other) => leftBehind(other));
}

function leftBehind({ id, resources, folder, isThere }: OtherClone): Finding[] {
  if (isThere) return [];
  if (folder !== undefined) {
    const text =
      `The clone in ${folder} was removed, but ${listed(resources)} of it are still on the engine. ` +
      "The command removes them, with their orders and results.";
    return [warning("leftovers", text, removalOf(id, resources))];
  }
  if (resources.some(({ state }) => state === "running")) return [];
  const text = `Another clone (${id}) has ${listed(resources)}, and nothing that runs. If it was removed:`;
  return [warning("leftovers", text, removalOf(id, resources))];
}

/** The resources of each kind that occurs. */
function byKind(resources: readonly Resource[]): { kind: Resource["kind"]; names: string[] }[] {
  return kinds
    .map((kind) => ({ kind, names: resources.filter((each) => each.kind === kind).map(({ name }) => name) }))
    .filter(({ names }) => names.length > 0);
}

/** "7 containers, 1 volume". */
function listed(resources: readonly Resource[]): string {
  return byKind(resources)
    .map(({ kind, names }) => counted(names.length, kind))
    .join(", ");
}

function removalOf(clone: string, resources: readonly Resource[]): string {
  const commands = byKind(resources).map(({ kind }) => `${REMOVE[kind]} $(${LIST_IDS[kind]} $l)`);
  return [`l=label=orbital-witness.clone=${clone}`, ...commands].join("; ");
}

function removalByName(resources: readonly Resource[]): string {
  return byKind(resources)
    .map(({ kind, names }) => [REMOVE[kind], ...names].join(" "))
    .join("; ");
}
