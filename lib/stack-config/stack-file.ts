import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Document, isMap, parseDocument, type YAMLMap } from "yaml";
import { z } from "zod";
import { Failure } from "../failure.ts";

const contents = z.object({
  encryptionsalt: z.string().optional(),
  config: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.object({ secure: z.string() })]))
    .nullish()
    .transform((config) => config ?? {}),
});

export type StoredValue = string | { secure: string };

/** `Pulumi.<stack>.yaml`, as the CLI reads and writes it; comments and the order of keys are kept. */
export class StackFile {
  readonly file: string;
  readonly stack: string;
  readonly #document: Document;

  constructor(projectFolder: string, stack: string) {
    this.stack = stack;
    this.file = path.join(projectFolder, `Pulumi.${stack}.yaml`);
    this.#document = existsSync(this.file)
      ? parseDocument(readFileSync(this.file, "utf8"))
      : new Document({});
    const [error] = this.#document.errors;
    if (error) {
      throw new Failure(
        `${path.basename(this.file)} is not valid YAML: ${error.message}`,
        "Fix the line that the message names.",
      );
    }
  }

  get encryptionSalt(): string | undefined {
    return this.#read().encryptionsalt;
  }

  set encryptionSalt(line: string) {
    this.#document.set("encryptionsalt", line);
  }

  /** Values by full key (`project:setting`). */
  values(): Map<string, StoredValue> {
    const config = Object.entries(this.#read().config);
    return new Map(config.map(([key, value]) => [key, typeof value === "object" ? value : String(value)]));
  }

  set(key: string, value: StoredValue): void {
    if (!isMap(this.#document.get("config"))) {
      this.#document.set("config", this.#document.createNode({}));
    }
    const config = this.#document.get("config") as YAMLMap;
    config.set(key, typeof value === "string" ? value : this.#document.createNode(value));
  }

  /** @returns whether the key was there */
  remove(key: string): boolean {
    const config = this.#document.get("config");
    return isMap(config) && config.delete(key);
  }

  /** Saves atomically: an interrupted save leaves the file as it was. */
  save(): void {
    const written = `${this.file}.${process.pid}.tmp`;
    writeFileSync(written, this.#document.toString({ lineWidth: 0 }));
    renameSync(written, this.file);
  }

  #read(): z.infer<typeof contents> {
    const parsed = contents.safeParse(this.#document.toJS() ?? {});
    if (!parsed.success) {
      throw new Failure(
        `${path.basename(this.file)} is not a stack file:\n${z.prettifyError(parsed.error)}`,
        "Each setting is one line under config:, such as `orbital-witness:ocrWorkers: 4`.",
      );
    }
    return parsed.data;
  }
}
