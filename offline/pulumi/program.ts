import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { AlreadySaid, Failure } from "../../lib/failure.ts";
import type { ProgramConfig, ProjectFile } from "../../lib/stack-config/project-file.ts";
import type { LastOutputs } from "./last-outputs.ts";
import type { Resources } from "./resources.ts";

/** Marks a secret that arrives among a resource's inputs (Pulumi's own signature for secret values). */
const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";

/**
 * Runs the project's program with Pulumi's mocks. `resources` creates or reads each resource, and
 * `lastOutputs` answers a reference of the stack to itself.
 * @returns the stack's outputs
 * @throws the first error of the program or a resource
 */
export async function runProgram(
  projectFolder: string,
  project: ProjectFile,
  stack: string,
  config: ProgramConfig,
  resources: Resources,
  lastOutputs: LastOutputs,
  isPreview: boolean,
): Promise<Record<string, unknown>> {
  let firstError: unknown;
  const mocks: pulumi.runtime.Mocks = {
    async newResource({ type, name, inputs, custom }) {
      if (custom === false || type === "pulumi:pulumi:Stack") {
        return { id: "", state: {} };
      }
      // The program refers to its own stack only.
      if (type === "pulumi:pulumi:StackReference") {
        return { id: name, state: { outputs: lastOutputs.read(), secretOutputNames: [] } };
      }
      if (firstError !== undefined) {
        throw firstError;
      }
      try {
        return await resources.make(type, name, unwrapSecrets(inputs));
      } catch (error) {
        firstError ??= error;
        throw error;
      }
    },
    call({ token }) {
      throw new Error(`The stand-in for Pulumi's engine does not support functions: ${token}.`);
    },
  };
  await pulumi.runtime.setMocks(mocks, project.name, stack, isPreview, "organization");
  pulumi.runtime.setAllConfig(config.values, config.secretKeys);
  const rejected = new Promise<never>((_, reject) => {
    process.on("unhandledRejection", reject);
  });
  const main = await entryOf(path.join(projectFolder, project.main));
  try {
    return await Promise.race([outputsOf(main), rejected]);
  } catch (error) {
    // Pulumi wraps a resource's error in more text and a stack trace. The first error is the one to show.
    const first = firstError ?? error;
    if (pulumi.ResourceError.isInstance(first)) {
      console.error(await diagnosticOf(first));
      throw new AlreadySaid();
    }
    throw pulumi.RunError.isInstance(first)
      ? new Failure(first.message, `npm run pulumi -- config set <setting> <value> --stack ${stack}`, {
          cause: first,
        })
      : first;
  }
}

/** An error of a resource as Pulumi's CLI shows it. */
async function diagnosticOf({ message, resource }: pulumi.ResourceError): Promise<string> {
  const urn = await new Promise<string>((resolve) => {
    resource?.urn.apply(resolve);
  });
  const [, , type = "", name = ""] = urn.split("::");
  // docker:index/container:Container is shown as docker:index:Container.
  const shown = (type.split("$").at(-1) ?? "").replace(/\/[^:]*/, "");
  const text = message.replaceAll("\n", "\n    ");
  return `\nDiagnostics:\n  ${shown} (${name}):\n    error: ${text}\n`;
}

/** Returns the program's entry point as the CLI finds it: `main` in its package.json. */
async function entryOf(folder: string): Promise<string> {
  const { main } = z
    .object({ main: z.string() })
    .parse(JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")));
  return pathToFileURL(path.join(folder, main)).href;
}

async function outputsOf(main: string): Promise<Record<string, unknown>> {
  const exported = await pulumi.runtime.runInPulumiStack(async () => {
    const module = await import(main);
    const program = module.default ?? module;
    return typeof program === "function" ? program() : program;
  });
  await pulumi.runtime.disconnect();
  return new Promise((resolve) => pulumi.output({ ...exported }).apply(resolve));
}

function unwrapSecrets(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(unwrapSecrets);
  }
  if (typeof value === "object" && value !== null) {
    if (SECRET_SIGNATURE in value && "value" in value) {
      return unwrapSecrets(value.value);
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unwrapSecrets(each)]));
  }
  return value;
}
