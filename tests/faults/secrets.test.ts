import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { Customer } from "../../lib/customer.ts";
import { readPassphrase } from "../../lib/passphrase.ts";
import { tokenKeyOf } from "../../pulumi/token-keys.ts";
import { FaultStack } from "./harness/fault-stack.ts";

const stack = await FaultStack.open();
const { folder } = stack.clone;
const containers = await stack.clone.containers();

/** The secrets by name. No message of these tests contains a value. */
const secrets: Record<string, string> = {};

/** Names of the secrets that the text contains, in plain or in base64. */
function leaksIn(text: string): string[] {
  return Object.entries(secrets)
    .filter(([, value]) => text.includes(value) || text.includes(Buffer.from(value).toString("base64")))
    .map(([name]) => name);
}

const docker = async (...args: string[]) => (await execa("docker", args)).stdout;

describe("20 secrets", () => {
  beforeAll(async () => {
    const environment = async (part: string, name: string) => {
      const format = "{{range .Config.Env}}{{println .}}{{end}}";
      const all = await docker("inspect", "--format", format, (await stack.clone.container(part)).id);
      const line = all.split("\n").find((each) => each.startsWith(`${name}=`));
      return line?.slice(name.length + 1) ?? "";
    };
    secrets["the setting jwtSecret"] = await stack.clone.jwtSecret();
    secrets["the tokens' private key"] = tokenKeyOf(secrets["the setting jwtSecret"]).d;
    secrets["the password of Redis' administrator"] = await environment("redis", "REDISCLI_AUTH");
    const passwordOf = async (part: string) => new URL(await environment(part, "REDIS_URL")).password;
    secrets["the Order API's password for Redis"] = await passwordOf("order-api");
    secrets["the workers' password for Redis"] = await passwordOf("ocr-worker");
    secrets["the password of the stack's own user"] = await environment("auth-api", "PROGRAM_PASSWORD");
    secrets["the secret of sessions"] = await environment("auth-api", "SESSION_SECRET");
    secrets["the passphrase"] = readPassphrase(folder);
    secrets["a wrong password"] = `marker-${randomBytes(16).toString("hex")}`;
    secrets["a password typed as the user name"] = `marker-${randomBytes(16).toString("hex")}`;
    secrets["a token"] = await stack.customer.token();
    secrets["a refused token"] = `marker-${randomBytes(16).toString("hex")}`;
    for (const [name, value] of Object.entries(secrets))
      expect(value.length, name).toBeGreaterThanOrEqual(32);
    // The environment of the containers must have the secrets. This shows that the values searched for are
    // right.
    expect(leaksIn(await environment("auth-api", "TOKEN_KEY"))).toEqual(["the tokens' private key"]);
    for (const [part, owner] of [
      ["order-api", "the Order API's"],
      ["ocr-worker", "the workers'"],
    ] as const) {
      expect(leaksIn(await environment(part, "REDIS_URL"))).toEqual([`${owner} password for Redis`]);
    }

    const wrong = {
      username: secrets["a password typed as the user name"],
      password: secrets["a wrong password"],
    };
    expect((await stack.customer.post("/token", wrong)).status).toBe(401);
    await new Customer(stack.url, { user: await stack.clone.programUser() }).token();
    const order = { title_number: "OW00000200", document_type: "lease" };
    const answers = [
      await stack.customer.post("/orders", { ...order, token: secrets["a refused token"] }),
      await stack.customer.post(`/orders?token=${secrets["a refused token"]}`, order),
      await stack.customer.get("/orders/none", secrets["a refused token"]),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    // A header that no service reads.
    const headers = { "x-api-key": secrets["a refused token"] ?? "" };
    expect((await fetch(`${stack.url}/orders`, { method: "POST", headers })).status).toBe(401);
    const { status, body } = await stack.customer.post("/orders", { ...order, token: secrets["a token"] });
    expect(status).toBe(202);
    await stack.customer.delivery(String(body.order_id));
  });

  test.for(containers)("20 what $name knows of the tokens' key", async (container) => {
    const format = "{{range .Config.Env}}{{println .}}{{end}}";
    const leaks = leaksIn(await docker("inspect", "--format", format, container.id));
    const ofTokens = leaks.filter((name) => name.includes("jwtSecret") || name.includes("private key"));
    // The Order API can verify tokens and make none.
    expect(ofTokens).toEqual(container.part === "auth-api" ? ["the tokens' private key"] : []);
  });

  test.for(containers)("20 no secret in the image that $name runs", async (container) => {
    const image = await stack.clone.imageOf(container);
    const history = await docker("history", "--no-trunc", image);
    expect(history).toContain("CMD");
    expect(leaksIn(`${history}${await docker("image", "inspect", image)}`)).toEqual([]);
  });

  test.for(containers)("20 no secret in the log of $name", async (container) => {
    const lines = await stack.lines(container);
    expect(lines).not.toEqual([]);
    expect(leaksIn(lines.join("\n"))).toEqual([]);
  });

  test.for(containers)("20 no secret in an argument list or label of $name", async (container) => {
    const format = "{{json .Path}} {{json .Args}} {{json .Config.Healthcheck}} {{json .Config.Labels}}";
    const processes = await stack.exec(container, "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
    expect(processes.stdout).toContain("cmdline");
    const declared = await docker("inspect", "--format", format, container.id);
    expect(leaksIn(`${processes.stdout}${declared}`)).toEqual([]);
  });

  test("20 no secret in the labels of networks and volumes, which are the stand-in's state", async () => {
    const names = await stack.clone.stack.containers.remains();
    const described = await docker("inspect", "--format", "{{json .}}", ...names.filter(isNoContainer));
    expect(described).toContain("orbital-witness.clone");
    expect(leaksIn(described)).toEqual([]);
  });

  test("20 no secret in a state file, an export or the stack's settings", async () => {
    const state = path.join(folder, ".pulumi");
    const entries = existsSync(state) ? await readdir(state, { recursive: true, withFileTypes: true }) : [];
    const files = entries
      .filter((entry) => entry.isFile())
      .map((file) => path.join(file.parentPath, file.name));
    // The state file of the real CLI. The stand-in has labels instead.
    if (stack.clone.stack.cli.kind === "pulumi") expect(files).not.toEqual([]);
    for (const file of [...files, path.join(folder, "Pulumi.test.yaml")]) {
      expect(leaksIn(await readFile(file, "utf8")), file).toEqual([]);
    }
    if (stack.clone.stack.cli.kind === "pulumi") {
      const exported = await stack.clone.stack.cli.quietly(
        ["stack", "export", "--stack", "test"],
        "Look above.",
      );
      expect(exported).toContain("deployment");
      expect(leaksIn(exported)).toEqual([]);
    }
    const outputs = JSON.stringify(await stack.clone.stack.outputs());
    expect(outputs).toContain(stack.url);
    expect(leaksIn(outputs)).toEqual([]);
  });

  function isNoContainer(name: string): boolean {
    return containers.every((container) => container.name !== name);
  }
});
