import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { PassThrough, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { Failure } from "../../lib/failure.ts";
import { type Store, stores } from "./stores.ts";

/** A later version that writes other files has another number. */
const format = 1;
const descriptionFile = "snapshot.json";
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const fileSchema = z.object({ bytes: z.int(), sha256: z.string() });
const descriptionSchema = z.object({
  format: z.literal(format),
  savedAt: z.iso.datetime(),
  version: z.string(),
  /** Null if Redis did not tell. */
  orders: z.int().nullable(),
  files: z.object({
    ...{ redis: fileSchema, results: fileSchema, uploads: fileSchema },
    ...{ search: fileSchema, accounts: fileSchema },
  }),
});

export type SnapshotDescription = z.infer<typeof descriptionSchema>;
export type SnapshotFile = z.infer<typeof fileSchema>;

/** The folder of a clone's snapshots. Git ignores it. */
export function snapshotsFolder(project: string): string {
  return path.join(project, "snapshots");
}

/** @throws Failure if the name is not one, or is taken */
export function newSnapshotFolder(project: string, name: string): string {
  if (!namePattern.test(name) || name.endsWith(".part")) {
    throw new Failure(
      `'${name}' is not a name for a snapshot.`,
      "Use up to 64 letters, digits, dots, dashes and underscores, such as `before-upgrade`.",
    );
  }
  const folder = path.join(snapshotsFolder(project), name);
  if (!existsSync(folder)) return folder;
  throw new Failure(
    `There is a snapshot '${name}' already (${folder}).`,
    `Choose another name, or remove it: rm -r ${folder}`,
  );
}

/** A snapshot of this clone by its name, or of any clone by its folder. @throws Failure if there is none */
export async function findSnapshot(project: string, nameOrFolder: string): Promise<string> {
  const own = path.join(snapshotsFolder(project), nameOrFolder);
  const found = [own, path.resolve(nameOrFolder)].find((each) =>
    existsSync(path.join(each, descriptionFile)),
  );
  if (found !== undefined) return found;
  const names = (await listSnapshots(project)).map(({ name }) => name);
  throw new Failure(
    `There is no snapshot '${nameOrFolder}', and no folder with one.`,
    names.length === 0
      ? "Save one: npm run snapshot -- save NAME. Or give the folder of another clone's snapshot."
      : `There are ${names.join(", ")}. Or give the folder of another clone's snapshot.`,
  );
}

/** @throws Failure if this version cannot read the snapshot */
export async function readDescription(folder: string): Promise<SnapshotDescription> {
  const text = await readFile(path.join(folder, descriptionFile), "utf8");
  try {
    return descriptionSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Failure(
      `${path.join(folder, descriptionFile)} is damaged, or was written by a later version.`,
      "Copy the snapshot again, or restore it with the version that saved it.",
      { cause },
    );
  }
}

export type Snapshot = { folder: string; description: SnapshotDescription };
export type ListedSnapshot = { name: string; description: SnapshotDescription };

/** The complete snapshots of a clone, the oldest first. */
export async function listSnapshots(project: string): Promise<ListedSnapshot[]> {
  const folder = snapshotsFolder(project);
  const names = existsSync(folder) ? await readdir(folder) : [];
  const complete = names.filter((name) => existsSync(path.join(folder, name, descriptionFile)));
  const listed = complete.map(async (name) => ({
    ...{ name, description: await readDescription(path.join(folder, name)) },
  }));
  return (await Promise.all(listed)).sort((one, other) =>
    one.description.savedAt < other.description.savedAt ? -1 : 1,
  );
}

/** Writes a snapshot into a folder that gets its name when it is complete. */
export class SnapshotWriter {
  readonly #folder: string;
  readonly #files: Partial<Record<Store, SnapshotFile>> = {};

  constructor(folder: string) {
    this.#folder = folder;
  }

  get #part(): string {
    return `${this.#folder}.part`;
  }

  /** Removes what a save that was killed has left. */
  async begin(): Promise<void> {
    await rm(this.#part, { recursive: true, force: true });
    // It has the documents, and the hashes of the passwords.
    await mkdir(this.#part, { recursive: true, mode: 0o700 });
  }

  /** `write` is given the stream that takes the store's archive. */
  async add(store: Store, write: (target: Writable) => Promise<void>): Promise<void> {
    const archive = new PassThrough();
    const hash = createHash("sha256");
    let bytes = 0;
    async function* measured(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    }
    const file = createWriteStream(fileOf(this.#part, store), { mode: 0o600, flush: true });
    try {
      await Promise.all([write(archive), pipeline(archive, measured, file)]);
    } finally {
      archive.destroy();
    }
    this.#files[store] = { bytes, sha256: hash.digest("hex") };
  }

  async complete(more: Pick<SnapshotDescription, "savedAt" | "version" | "orders">): Promise<number> {
    const description = descriptionSchema.parse({ format, ...more, files: this.#files });
    const text = `${JSON.stringify(description, undefined, 2)}\n`;
    await writeFile(path.join(this.#part, descriptionFile), text, { mode: 0o600, flush: true });
    await rename(this.#part, this.#folder);
    return sizeOf(description);
  }

  async discard(): Promise<void> {
    await rm(this.#part, { recursive: true, force: true });
  }
}

/** The size of a snapshot in bytes. */
export function sizeOf({ files }: SnapshotDescription): number {
  return Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
}

export function fileOf(folder: string, store: Store): string {
  return path.join(folder, `${store}.tar`);
}

/** @throws Failure if a file of the snapshot is missing or damaged */
export async function checkFiles({ folder, description: { files } }: Snapshot): Promise<void> {
  for (const store of stores) {
    const file = fileOf(folder, store);
    const size = (await stat(file).catch(() => undefined))?.size;
    const isWhole = size === files[store].bytes && (await sha256Of(file)) === files[store].sha256;
    if (!isWhole) {
      const fault = size === undefined ? "is missing" : "is damaged";
      throw new Failure(
        `${file} ${fault}. Nothing was changed.`,
        "Copy the snapshot again, or use another one.",
      );
    }
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}
