import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { z } from "zod";

const program = fileURLToPath(new URL("../../../../../tests/programs/write-large-page.ts", import.meta.url));

test("the largest page in colours takes less than half of the service's 512 MiB", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  const { bytes, peak } = z.object({ bytes: z.number(), peak: z.number() }).parse(JSON.parse(stdout));
  expect(bytes).toBeGreaterThan(100_000);
  expect(peak).toBeLessThan(256);
});
