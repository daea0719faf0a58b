import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeProgram, scratchFolder } from "../../lib/scratch-folder.ts";
import { cloneId } from "../../pulumi/clone-id.ts";
import { STAND_IN_LABEL } from "../stack/offline.ts";
import { examine } from "./examine.ts";
import type { Finding } from "./finding.ts";
import { fakeEngine } from "./tests/fake-engine.ts";
import { plainEnvironment, scratchClone } from "./tests/scratch-clone.ts";

beforeEach(plainEnvironment);
afterEach(() => vi.unstubAllEnvs());

const labels = (clone: string, part: string, more = {}) => ({
  "orbital-witness.clone": clone,
  "orbital-witness.stack": "local",
  "orbital-witness.part": part,
  ...more,
});

function container(clone: string, part: string, more = {}, state = "running") {
  const status = state === "running" ? "Up 3 hours (healthy)" : "Exited (137) 2 minutes ago";
  return {
    Id: part,
    Names: [`/a-${part}`],
    Image: "i",
    State: state,
    Status: status,
    ...{ Labels: labels(clone, part, more) },
  };
}

/** What the doctor says about `check` if the engine has these. */
async function found(
  check: string,
  folder: string,
  has: { containers?: object[]; volumes?: object[]; more?: Record<string, object> },
): Promise<Finding[]> {
  const { containers = [], volumes = [], more = {} } = has;
  const answers = { ...more, "/containers/json": containers, "/volumes": { Volumes: volumes } };
  vi.stubEnv("DOCKER_HOST", `unix://${await fakeEngine({ info: { Name: hostname() }, more: answers })}`);
  return (await examine(folder, "local")).filter((finding) => finding.check === check);
}

/** A clone that the real CLI has a state for, with these resources. */
function withState(names: readonly string[], pending = 0): string {
  const folder = scratchClone();
  const resources = names.map((name) => ({ type: "docker:index/container:Container", outputs: { name } }));
  const latest = { resources, pending_operations: Array(pending).fill({ type: "creating" }) };
  const stacks = path.join(folder, ".pulumi/stacks/orbital-witness");
  mkdirSync(stacks, { recursive: true });
  writeFileSync(path.join(stacks, "local.json"), JSON.stringify({ version: 3, checkpoint: { latest } }));
  return folder;
}

function usePulumi(): void {
  const folder = fakeProgram(path.join(scratchFolder(), "pulumi"), "echo v3.265.0");
  fakeProgram(path.join(folder, "pulumi-language-nodejs"), "");
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
}

test("containers without a state are a problem, whose fix names what it deletes", async () => {
  const folder = scratchClone();
  const id = cloneId(folder);
  const volumes = [{ Name: "a-results", Labels: labels(id, "results") }];
  const [stack] = await found("stack", folder, { containers: [container(id, "redis")], volumes });
  expect(stack).toMatchObject({ state: "problem" });
  expect(stack?.text).toContain("The state of the stack 'local' is gone");
  expect(stack?.text).toContain("1 container, 1 volume on the engine");
  expect(stack?.text).toContain("with all orders, results and users");
  expect(stack?.fix).toBe("docker rm -f a-redis; docker volume rm a-results");
});

test("containers that the other engine created are a problem", async () => {
  const folder = withState(["a-redis"]);
  usePulumi();
  const containers = [container(cloneId(folder), "redis", { [STAND_IN_LABEL]: "scope" })];
  expect(await found("stack", folder, { containers })).toMatchObject([
    { state: "problem", fix: "export STACK_ENGINE=stand-in" },
  ]);
  vi.stubEnv("STACK_ENGINE", "stand-in");
  expect(await found("stack", folder, { containers })).toMatchObject([{ state: "ok" }]);
});

test("a container that does not run is a warning, and one that runs is none", async () => {
  const folder = withState(["a-redis", "a-router"]);
  const id = cloneId(folder);
  const running = container(id, "redis");
  expect(await found("stack", folder, { containers: [running] })).toMatchObject([
    { state: "ok", text: "The stack 'local' runs: 1 container." },
  ]);
  const containers = [running, container(id, "router", {}, "exited")];
  expect(await found("stack", folder, { containers })).toMatchObject([
    {
      state: "warning",
      text: expect.stringContaining("a-router is exited (Exited (137)"),
      fix: "npm start   # repairs them",
    },
  ]);
});

test("volumes alone are the data of a stopped stack", async () => {
  const folder = withState(["a-results"]);
  const volumes = [{ Name: "a-results", Labels: labels(cloneId(folder), "results") }];
  expect(await found("stack", folder, { volumes })).toMatchObject([
    { state: "ok", text: expect.stringContaining("is stopped") },
  ]);
});

test("with the real CLI, what its state does not know and pending operations are warnings", async () => {
  const folder = withState(["a-redis"], 2);
  usePulumi();
  const id = cloneId(folder);
  const containers = [container(id, "redis"), container(id, "order-api")];
  expect(await found("leftovers", folder, { containers })).toMatchObject([
    {
      state: "warning",
      text: expect.stringContaining("does not know: a-order-api"),
      fix: "docker rm -f a-order-api",
    },
  ]);
  expect(await found("state", folder, { containers })).toMatchObject([
    { state: "warning", fix: expect.stringContaining("--clear-pending-creates") },
  ]);
});

test.each([true, false])(
  "what a clone left is a warning if its folder is gone, which is %s",
  async (isGone) => {
    const folder = withState([]);
    const other = path.join(scratchFolder(), "other");
    if (!isGone) mkdirSync(other);
    const mounts = [{ Source: `${other}/samples/scans`, Destination: "/srv/samples" }];
    const more = {
      "/containers/a-router/json": { Config: { Labels: labels("0a1b2c3d", "router") }, Mounts: mounts },
    };
    const containers = [container("0a1b2c3d", "router")];
    expect(await found("leftovers", folder, { containers, more })).toMatchObject(
      isGone
        ? [
            {
              state: "warning",
              text: expect.stringContaining(`The clone in ${other} was removed`),
              fix: expect.stringContaining("0a1b2c3d"),
            },
          ]
        : [],
    );
  },
);

test("volumes of an unknown clone are a warning, and those of one beside this one are not", async () => {
  const folder = withState([]);
  const sibling = path.join(path.dirname(folder), "sibling");
  mkdirSync(path.join(sibling, ".pulumi"), { recursive: true });
  const record = JSON.stringify({ id: "0a1b2c3d", folder: sibling });
  const volumes = [{ Name: "a-results", Labels: labels("0a1b2c3d", "results") }];
  expect(await found("leftovers", folder, { volumes })).toMatchObject([
    { state: "warning", text: expect.stringContaining("Another clone (0a1b2c3d) has 1 volume") },
  ]);
  writeFileSync(path.join(sibling, ".pulumi/clone.json"), record);
  expect(await found("leftovers", folder, { volumes })).toEqual([]);
});
