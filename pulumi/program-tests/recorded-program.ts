import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type RegisterResourceRequest, ResourceMonitorFeature } from "@pulumi/pulumi/proto/resource_pb.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { vi } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

/** Not `local`, to expose code that does not take the stack's name from Pulumi. */
export const PROJECT = "orbital-witness";
export const STACK = "review";

export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A resource's registration, which connects it with the state of an earlier program. */
export interface Registration {
  /**
   * The resource's URN and those of its aliases. The engine uses the resource in the state that has one of
   * them.
   */
  readonly urns: readonly string[];
  readonly ignoreChanges: readonly string[];
}

/** A wait of the program for a healthy container. */
export interface Waited {
  readonly id: string;
  readonly quietSeconds: number;
}

export interface RecordedProgram {
  readonly waits: readonly Waited[];
  readonly resources: readonly Recorded[];
  readonly registrations: readonly Registration[];
  /** The program's exports, resolved. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface StackConfig {
  readonly settings?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

const projectFile = z.object({
  config: z.record(z.string(), z.object({ default: z.union([z.string(), z.number(), z.boolean()]) })),
});

/** Passes settings to Pulumi as its engine does: the stack's values over the defaults of Pulumi.yaml. */
export function useSettings({ settings = {}, secrets = {} }: StackConfig): void {
  const file = path.resolve(import.meta.dirname, "../../Pulumi.yaml");
  const { config } = projectFile.parse(parse(readFileSync(file, "utf8")));
  const defaults = Object.entries(config).map(([key, declared]) => [key, String(declared.default)] as const);
  const all = { ...Object.fromEntries(defaults), ...settings, ...secrets };
  const full = (key: string) => `${PROJECT}:${key}`;
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(all).map(([key, value]) => [full(key), value])),
    Object.keys(secrets).map(full),
  );
}

/** Runs pulumi/index.ts through Pulumi's mocks, which record every resource and create none. */
export async function recordProgram(config: StackConfig = {}): Promise<RecordedProgram> {
  const resources: Recorded[] = [];
  const mocks: pulumi.runtime.Mocks = {
    newResource({ type, name, inputs }) {
      resources.push({ type, name, inputs });
      return { id: `id-of-${name}`, state: stateOf(type, name, inputs) };
    },
    call({ token }) {
      throw new Error(`The program made an unexpected call of ${token}.`);
    },
  };
  await pulumi.runtime.setMocks(mocks, PROJECT, STACK, false);
  useSettings(config);
  vi.resetModules();
  const waits: Waited[] = [];
  vi.doMock("../health/until-healthy.ts", () => ({
    untilHealthy: async (_: unknown, id: string, { quietSeconds }: { quietSeconds: number }) => {
      waits.push({ id, quietSeconds });
      return { kind: "healthy" };
    },
  }));
  letSdkResolveAliases();
  const register = vi.spyOn(MockMonitor.prototype, "registerResource");
  const exported = await pulumi.runtime.runInPulumiStack(() => import("../index.ts"));
  await pulumi.runtime.disconnect();
  const registrations = register.mock.calls.map(([request]) => registrationOf(request));
  vi.restoreAllMocks();
  vi.doUnmock("../health/until-healthy.ts");
  const outputs = await new Promise<Record<string, unknown>>((resolve) => {
    pulumi.output({ ...exported }).apply(resolve);
  });
  return { resources, registrations, waits, outputs };
}

/**
 * Normally the engine resolves aliases to URNs, including those that a child inherits from its parent. If the
 * engine lacks that feature, the SDK does it.
 */
function letSdkResolveAliases(): void {
  const { getDeploymentInfo } = MockMonitor.prototype;
  vi.spyOn(MockMonitor.prototype, "getDeploymentInfo").mockImplementation((request, callback) => {
    getDeploymentInfo(request, (error, info) => {
      const features: ResourceMonitorFeature[] = info.getSupportedfeaturesList();
      const { RESOURCE_MONITOR_FEATURE_ALIAS_SPECS } = ResourceMonitorFeature;
      info.setSupportedfeaturesList(
        features.filter((feature) => feature !== RESOURCE_MONITOR_FEATURE_ALIAS_SPECS),
      );
      callback(error, info);
    });
  });
}

function registrationOf(request: RegisterResourceRequest): Registration {
  const [, , parentType = ""] = request.getParent().split("::");
  const isTopLevel = parentType === "" || parentType === "pulumi:pulumi:Stack";
  const type = isTopLevel ? request.getType() : `${parentType.split("$").at(-1)}$${request.getType()}`;
  const urn = [`urn:pulumi:${STACK}`, PROJECT, type, request.getName()].join("::");
  return {
    urns: [urn, ...request.getAliasurnsList()],
    ignoreChanges: request.getIgnorechangesList(),
  };
}

/** The engine's answer; each id contains the name of its resource. */
function stateOf(type: string, name: string, inputs: object): Record<string, unknown> {
  switch (type) {
    case "docker:index/remoteImage:RemoteImage":
      return { ...inputs, imageId: fakeDigest(name) };
    case "random:index/randomPassword:RandomPassword":
      return { ...inputs, result: pulumi.secret(`random-of-${name}`) };
    default:
      return { ...inputs, name: `${name}-0123456` };
  }
}

export function fakeDigest(name: string): string {
  return `sha256:${createHash("sha256").update(name).digest("hex")}`;
}

/** A secret value as the engine receives it: wrapped, with Pulumi's signature. */
export function sealed(value: string | readonly string[]): object {
  return { [pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig, value };
}
