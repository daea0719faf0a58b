import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { scratchFolder } from "../../../../lib/scratch-folder.ts";
import { openOrderApi } from "../../../../tests/order-api/order-api.ts";

const { app, redis } = openOrderApi("redis://127.0.0.1:1");
afterAll(() => redis.destroy());

test("redocly lint finds no fault in the document", async () => {
  const file = path.join(scratchFolder(), "openapi.json");
  await writeFile(file, await (await app.request("/openapi.json")).text());
  const redocly = import.meta.resolve("@redocly/cli/bin/cli.js");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [fileURLToPath(redocly), "lint", file, "--format=json"],
    { env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" } },
  );
  const { totals, problems } = z
    .object({ totals: z.json(), problems: z.array(z.json()) })
    .parse(JSON.parse(stdout));
  expect(problems).toEqual([]);
  expect(totals).toEqual({ errors: 0, warnings: 0, ignored: 0 });
});
