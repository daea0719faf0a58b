import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { Failure } from "../failure.ts";
import { PassphraseCrypter } from "./passphrase-crypter.ts";
import { programConfig, readProjectFile } from "./project-file.ts";
import { StackFile } from "./stack-file.ts";

const folder = mkdtempSync(path.join(tmpdir(), "orbital-witness-project-file-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(
  path.join(folder, "Pulumi.yaml"),
  `name: p
runtime: nodejs
main: pulumi/
config:
  needed: { type: string }
  count: { type: integer, description: how many, default: 2 }
  isLoud: { type: boolean, default: false }
`,
);

const crypter = PassphraseCrypter.create("throwaway");

function configOf(stackFile: string) {
  writeFileSync(path.join(folder, "Pulumi.local.yaml"), stackFile);
  return programConfig(readProjectFile(folder), new StackFile(folder, "local"), crypter);
}

test("the stack's values override the defaults; secrets are decrypted and listed", () => {
  const sealed = crypter.encrypt("a secret");
  expect(configOf(`config: { p:needed: x, p:count: 4, p:key: { secure: "${sealed}" } }\n`)).toEqual({
    values: { "p:needed": "x", "p:count": "4", "p:isLoud": "false", "p:key": "a secret" },
    secretKeys: ["p:key"],
  });
});

test.each([
  ["p:needed: x, p:count: -4", { "p:count": "-4" }],
  ['p:needed: x, p:count: "+4"', { "p:count": "+4" }],
  ["p:needed: x, p:isLoud: true", { "p:isLoud": "true" }],
  ["p:needed: 5", { "p:needed": "5" }],
  ['p:needed: ""', { "p:needed": "" }],
])("{ %s } has the right types", (settings, values) => {
  expect(configOf(`config: { ${settings} }\n`).values).toMatchObject(values);
});

// The messages of Pulumi's CLI 3.257, without "error: validating stack config: ".
const integer = "Stack 'local' with configuration key 'count' must be of type 'integer'";
test.each([
  ["p:count: 4", "Stack 'local' is missing configuration value 'needed'"],
  ["p:needed: x, p:count: many", integer],
  ["p:needed: x, p:count: 2.5", integer],
  ["p:needed: x, p:count: true", integer],
  ['p:needed: x, p:count: ""', integer],
  ["p:needed: x, p:isLoud: 1", "Stack 'local' with configuration key 'isLoud' must be of type 'boolean'"],
])("{ %s } is rejected with the CLI's message", (settings, message) => {
  const read = () => configOf(`config: { ${settings} }\n`);
  expect(read).toThrow(Failure);
  expect(read).toThrow(message);
});

test("the project's own file can be read", () => {
  const { name, main, config } = readProjectFile(path.resolve(import.meta.dirname, "../.."));
  expect([name, main]).toEqual(["orbital-witness", "pulumi/"]);
  expect(config.httpPort).toEqual({ type: "integer", default: 80 });
});
