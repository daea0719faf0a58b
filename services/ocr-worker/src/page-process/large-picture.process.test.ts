import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { pageProcessEnvironment } from "./page-process.ts";

const program = fileURLToPath(new URL("../../../../tests/programs/read-picture.ts", import.meta.url));
const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-large-pictures-"));
afterAll(() => rm(folder, { recursive: true }));

/** Decodes a lossy WebP of `side` by `side` pixels where no temporary file can be written. */
async function readWebp(side: number, env: Record<string, string>): Promise<string> {
  const file = path.join(folder, `${side}.webp`);
  await sharp({ create: { width: side, height: side, channels: 3, background: "bisque" } })
    .webp({ effort: 0 })
    .toFile(file);
  const TMPDIR = path.join(folder, "missing");
  const { stdout } = await promisify(execFile)(process.execPath, [program, file], {
    env: { ...env, TMPDIR },
  });
  return stdout;
}

test("a page process decodes a picture of more than 100 MB in memory", async () => {
  expect(await readWebp(6000, pageProcessEnvironment)).toBe("read");
});

test("a picture whose temporary file cannot be written does not count as damaged", async () => {
  expect(await readWebp(60, { VIPS_DISC_THRESHOLD: "1" })).toBe("internal_error");
});
