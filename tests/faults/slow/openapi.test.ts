import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { issueToken } from "@orbital-witness/common/tokens/access-token.ts";
import { execa } from "execa";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { testKeys } from "../../programs/token-keys.ts";
import { installPython } from "../../python-packages.ts";
import { FaultStack } from "../harness/fault-stack.ts";

const SCHEMATHESIS = "schemathesis==4.32.5";
/**
 * The checks that every API must pass. The tool's other checks require links, and examples of every status.
 */
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
];

/** The tool waits for the end of an answer. This one has no end. */
const endless = "followOrders";

const stack = await FaultStack.open();

/** The number of operations that the document describes. */
async function operations(): Promise<number> {
  const document = await (await fetch(`${stack.url}/openapi.json`)).json();
  const { paths } = z.object({ paths: z.record(z.string(), z.record(z.string(), z.json())) }).parse(document);
  return Object.values(paths).flatMap(Object.keys).length;
}

test.for([
  ["orders that do not exist", undefined],
  ["an order of the user", "OW00000404"],
] as const)(
  "schemathesis finds no 5xx and nothing undocumented for %s",
  async ([, titleNumber], { skip }) => {
    const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-schemathesis-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const unavailable = await installPython(folder, SCHEMATHESIS);
    if (unavailable !== undefined) skip(`${SCHEMATHESIS} cannot be installed: ${unavailable}`);

    const order = titleNumber && (await stack.customer.order(titleNumber, "lease", "bob"));
    const parameters = order ? `[parameters]\n"path.id" = "${order.body.order_id}"\n` : "";
    // The token is in the environment, because every process of the machine can read an argument list.
    const config = path.join(folder, "schemathesis.toml");
    await writeFile(config, `headers = { Authorization = "Bearer \${TOKEN}" }\n${parameters}`);
    const run = ["--config-file", config, "run", `${stack.url}/openapi.json`, "--checks", CHECKS.join(",")];
    const without = ["--exclude-operation-id", endless];
    const bounds = ["--max-examples", "50", "--phases", "examples,coverage,fuzzing", "--seed", "1"];
    const { exitCode, all } = await execa(
      "python3",
      ["-m", "schemathesis.cli", ...run, ...without, ...bounds, "--request-timeout", "20", "--no-color"],
      {
        env: {
          PYTHONPATH: folder,
          TOKEN: await longToken(),
        },
        cwd: folder,
        all: true,
        reject: false,
      },
    );
    expect(exitCode, all).toBe(0);
    expect(all).toMatch(new RegExp(`Tested: ${(await operations()) - 1}$`, "m"));
  },
);

/** The tool signs in with wrong passwords, for which the Auth API then refuses later tests of this stack. */
afterAll(async () => {
  await execa("docker", ["restart", (await stack.clone.container("auth-api")).id]);
  await stack.untilReady();
});

/** A token of bob that is valid for the whole run. A token from the Auth API would expire during it. */
async function longToken(): Promise<string> {
  const bob = { user_id: 2, username: "bob", can_order: true, operator: true };
  return issueToken(testKeys(await stack.clone.jwtSecret()).signing, bob, 600);
}
