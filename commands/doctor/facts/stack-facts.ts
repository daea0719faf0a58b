import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { Failure } from "../../../lib/failure.ts";
import { StackLock } from "../../../lib/stack-lock.ts";
import { cloneId } from "../../../pulumi/clone-id.ts";
import { allResources, foldersOfClones, type Resource } from "../../stack/engine/all-stacks.ts";
import { areLeftBehind, type PulumiLock, pulumiLocks } from "../../stack/pulumi/pulumi-locks.ts";
import { ANSWER_MS } from "./ask.ts";

export type OtherClone = {
  readonly id: string;
  readonly resources: readonly Resource[];
  /** Where the clone is or was; undefined if nothing tells. */
  readonly folder: string | undefined;
  readonly isThere: boolean;
};

/** What earlier commands of this clone, and other clones, left on this machine and its engine. */
export type StackFacts = {
  /** Everything of this stack. Undefined if no engine answers. */
  readonly own: readonly Resource[] | undefined;
  readonly otherClones: readonly OtherClone[];
  /** The command that changes the stack now. */
  readonly holder: Failure | undefined;
  /** The locks of the real CLI. */
  readonly locks: readonly PulumiLock[];
  readonly areLocksLeftBehind: boolean;
  /** What the real CLI recorded of the stack. Undefined if it has none. */
  readonly state: PulumiState | undefined;
};

export type PulumiState = {
  /** Names on the engine. */
  readonly names: ReadonlySet<string>;
  /** Operations that were interrupted. */
  readonly pending: number;
};

export async function stackFacts(folder: string, stack: string): Promise<StackFacts> {
  const id = ownId(folder);
  const all = await allResources(ANSWER_MS);
  const own = all?.filter((each) => each.clone === id && each.stack === stack);
  const others = (all ?? []).filter((each) => each.clone !== id);
  const routers = others.filter(({ kind, part }) => kind === "container" && part === "router");
  const told = await foldersOfClones(
    routers.map(({ name }) => name),
    ANSWER_MS,
  );
  const siblings = siblingClones(folder);
  const ids = [...new Set(others.map(({ clone }) => clone))];
  const locks = pulumiLocks(folder, stack);
  return {
    own,
    otherClones: ids.map((clone) => {
      const at = siblings.get(clone) ?? told.get(clone);
      return {
        id: clone,
        resources: others.filter((each) => each.clone === clone),
        folder: at,
        isThere: at !== undefined && existsSync(at),
      };
    }),
    holder: StackLock.holder(folder, stack) ?? StackLock.holder(folder, `${stack}.stand-in`),
    locks,
    areLocksLeftBehind: areLeftBehind(locks),
    state: pulumiState(folder, stack),
  };
}

/** The id of this clone; another check reports a record that cannot be read. */
function ownId(folder: string): string | undefined {
  try {
    return cloneId(folder);
  } catch {
    return undefined;
  }
}

/** Other clones beside this one, by their ids. */
function siblingClones(folder: string): ReadonlyMap<string, string> {
  const parent = path.dirname(folder);
  const clones = foldersIn(parent)
    .map((name) => path.join(parent, name))
    .filter((each) => each !== folder && existsSync(path.join(each, ".pulumi")))
    .flatMap((each) => {
      const id = ownId(each);
      return id === undefined ? [] : [[id, each] as const];
    });
  return new Map(clones);
}

/** None if this user may not look. */
function foldersIn(parent: string): string[] {
  try {
    return readdirSync(parent);
  } catch {
    return [];
  }
}

const stateSchema = z.object({
  checkpoint: z.object({
    latest: z
      .object({
        resources: z
          .array(z.object({ type: z.string(), outputs: z.object({ name: z.unknown() }).partial().nullish() }))
          .nullish(),
        pending_operations: z.array(z.unknown()).nullish(),
      })
      .nullish(),
  }),
});

function pulumiState(folder: string, stack: string): PulumiState | undefined {
  const stacks = path.join(folder, ".pulumi", "stacks");
  const file = existsSync(stacks)
    ? readdirSync(stacks, { recursive: true, encoding: "utf8" }).find(
        (each) => path.basename(each) === `${stack}.json`,
      )
    : undefined;
  if (file === undefined) return undefined;
  const { data } = stateSchema.safeParse(jsonIn(path.join(stacks, file)));
  const latest = data?.checkpoint.latest;
  const names = (latest?.resources ?? []).map(({ outputs }) => outputs?.name);
  return {
    names: new Set(names.filter((name) => typeof name === "string")),
    pending: latest?.pending_operations?.length ?? 0,
  };
}

/** Undefined for a file that another command is writing. */
function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
