import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { readEnvironment, redisUrlVariable, serviceVariables } from "./environment.ts";

const secretVariable = z.string().min(32).meta({ description: "at least 32 letters long", secret: true });
const schema = z.object({ ...serviceVariables, A_SECRET: secretVariable });
const secret = "0123456789abcdef0123456789abcdef";

test("unset variables get their defaults", () => {
  const environment = readEnvironment(schema, { A_SECRET: secret, HOME: "/root" });
  expect(environment).toEqual({ PORT: 8080, METRICS_PORT: 0, LOG_LEVEL: "info", A_SECRET: secret });
});

test.each([
  [{}, "A_SECRET is not set; it must be at least 32 letters long"],
  [{ A_SECRET: "" }, "A_SECRET is empty; it must be at least 32 letters long"],
  [{ A_SECRET: secret, PORT: "0" }, 'PORT is "0"; it must be a whole number from 1 to 65535'],
  [{ A_SECRET: secret, PORT: "" }, "PORT is empty; it must be a whole number from 1 to 65535"],
  [{ A_SECRET: secret, PORT: "80x" }, 'PORT is "80x"; it must be a whole number from 1 to 65535'],
  [
    { A_SECRET: secret, LOG_LEVEL: "loud" },
    'LOG_LEVEL is "loud"; it must be one of trace, debug, info, warn, error, fatal',
  ],
])("%j is refused by name", (variables, message) => {
  expect(() => readEnvironment(schema, variables)).toThrow(expect.objectContaining({ message }));
});

test("every invalid variable is named, without the values of secrets", () => {
  const variables = { A_SECRET: "only11bytes", PORT: "-1" };
  expect(() => readEnvironment(schema, variables)).toThrow(/^(?!.*only11bytes).*PORT.*A_SECRET/);
});

test("only Redis addresses are accepted as Redis addresses", () => {
  expect(redisUrlVariable.safeParse("redis://:p@redis:6379").success).toBe(true);
  expect(redisUrlVariable.safeParse("http://redis:6379").success).toBe(false);
});

function fileOf(text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "orbital-witness-secret-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  writeFileSync(path.join(folder, "secret"), text);
  return path.join(folder, "secret");
}

test.each(["", "\n", "\r\n"])("a secret is read from a file that ends with %j", (end) => {
  const { A_SECRET } = readEnvironment(schema, { A_SECRET_FILE: fileOf(`${secret}${end}`) });
  expect(A_SECRET).toBe(secret);
});

test.each([
  [() => ({ A_SECRET_FILE: "/none" }), /^A_SECRET_FILE cannot be used: ENOENT.*'\/none'$/],
  [
    () => ({ A_SECRET: secret, A_SECRET_FILE: fileOf(secret) }),
    /^A_SECRET_FILE cannot be used: A_SECRET is set too; set only one$/,
  ],
  [
    () => ({ A_SECRET_FILE: fileOf("\n") }),
    /^the file that A_SECRET_FILE names is empty; it must be at least 32 letters long$/,
  ],
  [
    () => ({ A_SECRET_FILE: fileOf("short") }),
    /^the file that A_SECRET_FILE names is wrong \(its value is not shown\); it must be at least 32/,
  ],
])("a file that cannot be used is named (%#)", (variables, message) => {
  expect(() => readEnvironment(schema, variables())).toThrow(message);
});

test("only secrets are read from files", () => {
  expect(readEnvironment(schema, { A_SECRET: secret, PORT_FILE: "/none" }).PORT).toBe(8080);
});
