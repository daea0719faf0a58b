import { readdirSync, statfsSync, statSync } from "node:fs";
import path from "node:path";
import { cloneId } from "../../../pulumi/clone-id.ts";
import { folderReader } from "../../../pulumi/components/folder-reader.ts";
import { linesOf } from "./ask.ts";
import type { EngineFacts } from "./engine-facts.ts";

export type RoomFacts = {
  /** Free bytes where the engine keeps its files; undefined if that is not on this machine. */
  readonly engineDisk: number | undefined;
  /** Whether the images of this clone were built before. */
  readonly hasImages: boolean;
  /** Files and folders of the documents that the router may not read. */
  readonly unreadable: readonly string[];
};

const MOST_FILES = 2000;

export async function roomFacts(
  folder: string,
  stack: string,
  engine: EngineFacts,
  documents: string | undefined,
): Promise<RoomFacts> {
  return {
    engineDisk: engine.isOnThisMachine ? freeBytes(engine.info?.DockerRootDir) : undefined,
    hasImages: engine.engine.failed ? false : await hasImages(folder, stack),
    unreadable: documents === undefined ? [] : unreadableFiles(documents),
  };
}

async function hasImages(folder: string, stack: string): Promise<boolean> {
  try {
    const image = `orbital-witness/ocr-worker:${stack}-${cloneId(folder)}`;
    return (await linesOf("docker", ["image", "inspect", "--format", "{{.Id}}", image])) !== undefined;
  } catch {
    // The clone's record cannot be read, which another check reports.
    return false;
  }
}

function freeBytes(folder: string | undefined): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder ?? "");
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** Looks at the first 2,000 files. */
function unreadableFiles(folder: string): string[] {
  try {
    const [uid = 0, gid = 0] = folderReader(statSync(folder)).split(":").map(Number);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).slice(0, MOST_FILES);
    return ["", ...files].filter((name) => !isReadable(path.join(folder, name), uid, gid));
  } catch {
    // This user may not look into it, but the router, which is another one, may.
    return [];
  }
}

function isReadable(file: string, uid: number, gid: number): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return true;
  const shift = found.uid === uid ? 6 : found.gid === gid ? 3 : 0;
  const needed = found.isDirectory() ? 0o5 : 0o4;
  return ((found.mode >> shift) & needed) === needed;
}
