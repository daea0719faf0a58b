import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { Failure } from "../failure.ts";
import type { PassphraseCrypter } from "./passphrase-crypter.ts";
import type { StackFile } from "./stack-file.ts";

const projectFile = z.object({
  name: z.string(),
  main: z.string(),
  config: z.record(
    z.string(),
    z.object({
      type: z.enum(["string", "integer", "boolean"]),
      default: z.union([z.string(), z.number(), z.boolean()]).optional(),
    }),
  ),
});

export type ProjectFile = z.infer<typeof projectFile>;

export function readProjectFile(projectFolder: string): ProjectFile {
  return projectFile.parse(parse(readFileSync(path.join(projectFolder, "Pulumi.yaml"), "utf8")));
}

export interface ProgramConfig {
  /** Decrypted values by full key. */
  readonly values: Record<string, string>;
  readonly secretKeys: string[];
}

const SHAPES = { integer: /^[+-]?\d+$/, boolean: /^(true|false)$/, string: /^/ } as const;

/**
 * Returns the project's defaults, overridden by the stack's values, as the program gets them. @throws Failure
 * if the CLI would not run the program: if a required key is missing, or a value has another type
 */
export function programConfig(
  project: ProjectFile,
  stack: StackFile,
  crypter: Pick<PassphraseCrypter, "decrypt">,
): ProgramConfig {
  const values: Record<string, string> = {};
  const secretKeys: string[] = [];
  for (const [key, stored] of stack.values()) {
    values[key] = typeof stored === "string" ? stored : crypter.decrypt(stored.secure, key);
    if (typeof stored !== "string") {
      secretKeys.push(key);
    }
  }
  for (const [name, declared] of Object.entries(project.config)) {
    const key = `${project.name}:${name}`;
    const value = values[key] ?? (declared.default === undefined ? undefined : String(declared.default));
    const set = `npm run pulumi -- config set ${name} <value> --stack ${stack.stack}`;
    if (value === undefined) {
      throw new Failure(`Stack '${stack.stack}' is missing configuration value '${name}'.`, `Set it: ${set}`);
    }
    if (!SHAPES[declared.type].test(value)) {
      throw new Failure(
        `Stack '${stack.stack}' with configuration key '${name}' must be of type ` +
          `'${declared.type}', but is '${value}'.`,
        `Set it: ${set}`,
      );
    }
    values[key] = value;
  }
  return { values, secretKeys };
}
