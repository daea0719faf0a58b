import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Failure } from "../failure.ts";
import { StackFile } from "./stack-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "orbital-witness-stack-file-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function stackFile(text: string): StackFile {
  writeFileSync(path.join(folder, "Pulumi.local.yaml"), text);
  return new StackFile(folder, "local");
}

const saved = () => readFileSync(path.join(folder, "Pulumi.local.yaml"), "utf8");

test("keeps comments and the order of keys, and writes values as Pulumi's CLI does", () => {
  const file = stackFile(`# Settings of the stack
config:
  # how many
  p:ocrWorkers: 2 # two
  p:logLevel: debug
  p:jwtSecret:
    secure: v1:old:old
  # p:httpPort: 8080
encryptionsalt: v1:salt:v1:nonce:text

# the end
`);
  file.set("p:ocrWorkers", "4");
  file.set("p:jwtSecret", { secure: "v1:new:new" });
  file.set("p:nodeImage", "node:24");
  file.set("p:token", { secure: `v1:nonce:${"long".repeat(40)}` });
  file.set("p:note", "a word ".repeat(20).trim());
  file.save();
  expect(saved()).toBe(`# Settings of the stack
config:
  # how many
  p:ocrWorkers: "4" # two
  p:logLevel: debug
  p:jwtSecret:
    secure: v1:new:new
  p:nodeImage: node:24
  p:token:
    secure: v1:nonce:${"long".repeat(40)}
  p:note: ${"a word ".repeat(20).trim()}
  # p:httpPort: 8080
encryptionsalt: v1:salt:v1:nonce:text

# the end
`);
});

test("removes only the named key; removing an unknown key changes nothing", () => {
  const text = "config:\n  # how many\n  p:ocrWorkers: 2\n  p:logLevel: debug\n";
  const file = stackFile(text);
  expect(file.remove("p:nothing")).toBe(false);
  file.save();
  expect(saved()).toBe(text);
  expect(file.remove("p:logLevel")).toBe(true);
  file.save();
  expect(saved()).toBe("config:\n  # how many\n  p:ocrWorkers: 2\n");
  expect(stackFile("# nothing but a comment\n").remove("p:logLevel")).toBe(false);
});

test("the project's own stack file is saved as it was read", () => {
  const original = readFileSync(path.resolve(import.meta.dirname, "../../Pulumi.local.yaml"), "utf8");
  const file = stackFile(original);
  expect(file.values().size).toBeGreaterThan(0);
  file.save();
  expect(saved()).toBe(original);
});

test("reads values in every notation of YAML", () => {
  const file = stackFile(`config:
  p:number: 4
  p:quoted: "4"
  p:text: debug
  p:yes: true
  p:empty: ""
  p:lines: |
    one
    two
  p:secret: { secure: v1:nonce:text }
`);
  expect(Object.fromEntries(file.values())).toEqual({
    "p:number": "4",
    "p:quoted": "4",
    "p:text": "debug",
    "p:yes": "true",
    "p:empty": "",
    "p:lines": "one\ntwo\n",
    "p:secret": { secure: "v1:nonce:text" },
  });
});

test.each(["config:\n", "config: null\n", "config: {}\n", "# nothing but a comment\n", ""])(
  "settings can be added to a file without any (%j)",
  (text) => {
    const file = stackFile(text);
    expect(file.values().size).toBe(0);
    expect(file.encryptionSalt).toBeUndefined();
    file.set("p:ocrWorkers", "4");
    file.encryptionSalt = "v1:salt";
    file.save();
    const again = new StackFile(folder, "local");
    expect(Object.fromEntries(again.values())).toEqual({ "p:ocrWorkers": "4" });
    expect(again.encryptionSalt).toBe("v1:salt");
  },
);

test("creates a missing file", () => {
  const file = new StackFile(folder, "new");
  expect([file.values().size, file.encryptionSalt]).toEqual([0, undefined]);
  file.encryptionSalt = "v1:salt";
  file.set("p:ocrWorkers", "4");
  file.save();
  const text = readFileSync(path.join(folder, "Pulumi.new.yaml"), "utf8");
  expect(text).toBe('encryptionsalt: v1:salt\nconfig:\n  p:ocrWorkers: "4"\n');
});

test.each([
  ["an unclosed quote", 'config:\n  p:a: "4\n', /^Pulumi\.local\.yaml is not valid YAML: Missing closing/],
  [
    "a repeated key",
    "config:\n  p:a: 4\n  p:a: 5\n",
    /^Pulumi\.local\.yaml is not valid YAML: .*unique at line 3/,
  ],
  ["a list as a value", "config:\n  p:a: [4]\n", /^Pulumi\.local\.yaml is not a stack file:[\s\S]*p:a/],
  ["a list as the settings", "config: [4]\n", /^Pulumi\.local\.yaml is not a stack file:[\s\S]*config/],
  ["a word", "config\n", /^Pulumi\.local\.yaml is not a stack file/],
])("%s is rejected with the file's name", (_, text, message) => {
  const read = () => stackFile(text).values();
  expect(read).toThrow(Failure);
  expect(read).toThrow(message);
});
