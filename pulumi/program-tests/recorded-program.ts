import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type RegisterResourceRequest, ResourceMonitorFeature } from "@pulumi/pulumi/proto/resource_pb.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { vi } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { User } from "../proof/stack-client.ts";

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

/** An order of the sample page. */
export type Proved = Readonly<Record<"url" | "languages" | "stack", string>> & {
  readonly user: User;
};

export interface RecordedProgram {
  readonly proofs: readonly Proved[];
  readonly waits: readonly Waited[];
  readonly resources: readonly Recorded[];
  readonly registrations: readonly Registration[];
  /** The program's exports, resolved. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface StackConfig {
  readonly settings?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** The outputs of the last update. */
  readonly former?: Readonly<Record<string, unknown>>;
  readonly isPreview?: boolean;
}

/** What each proof of a recorded program returns. */
export const PROOF = { orderId: "0b5e7a36-5a3c-4b53-9f3b-6d5f7b1f2c11", seconds: 0.7 };

const projectFile = z.object({
  config: z.record(z.string(), z.object({ default: z.union([z.string(), z.number(), z.boolean()]) })),
});

/** Passes settings to Pulumi as its engine does: the stack's values over the defaults of Pulumi.yaml. */
export function useSettings({
  settings = {},
  secrets = {},
}: Pick<StackConfig, "settings" | "secrets">): void {
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
      if (type === "pulumi:pulumi:StackReference") {
        return { id: name, state: { outputs: config.former ?? {}, secretOutputNames: [] } };
      }
      return { id: `id-of-${name}`, state: stateOf(type, name, inputs) };
    },
    call({ token }) {
      throw new Error(`The program made an unexpected call of ${token}.`);
    },
  };
  await pulumi.runtime.setMocks(mocks, PROJECT, STACK, config.isPreview ?? false, "organization");
  useSettings(config);
  vi.resetModules();
  const waits: Waited[] = [];
  vi.doMock("../health/until-healthy.ts", () => ({
    untilHealthy: async (_: unknown, id: string, { quietSeconds }: { quietSeconds: number }) => {
      waits.push({ id, quietSeconds });
      return { kind: "healthy" };
    },
  }));
  const proofs: Proved[] = [];
  vi.spyOn(pulumi.log, "info").mockResolvedValue();
  vi.doMock("../proof/former-containers.ts", () => ({ stopFormerContainers: async () => {} }));
  vi.doMock("../proof/order-sample.ts", () => ({
    orderSample: async ({ url, languages, stack, user }: Proved) => {
      proofs.push({ url, languages, stack, user });
      return { ...PROOF, text: "a text" };
    },
  }));
  letSdkResolveAliases();
  const register = vi.spyOn(MockMonitor.prototype, "registerResource");
  const exported = await pulumi.runtime.runInPulumiStack(() => import("../index.ts"));
  await pulumi.runtime.disconnect();
  const registrations = register.mock.calls.map(([request]) => registrationOf(request));
  vi.restoreAllMocks();
  for (const file of ["health/until-healthy", "proof/former-containers", "proof/order-sample"]) {
    vi.doUnmock(`../${file}.ts`);
  }
  const outputs = await new Promise<Record<string, unknown>>((resolve) => {
    pulumi.output({ ...exported }).apply(resolve);
  });
  return { resources, registrations, waits, proofs, outputs };
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
