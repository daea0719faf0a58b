import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Failure } from "./failure.ts";
import { keepPassphrase, passphraseEnvironment, readPassphrase } from "./passphrase.ts";
import { scratchFolder } from "./scratch-folder.ts";

beforeEach(() => {
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", undefined);
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE_FILE", undefined);
});
afterEach(() => vi.unstubAllEnvs());

const fileIn = (folder: string) => path.join(folder, ".pulumi-passphrase");

test("the passphrase is created once, readable by its owner only, and differs between clones", () => {
  const [folder, other] = [scratchFolder(), scratchFolder()];
  keepPassphrase(folder);
  keepPassphrase(other);
  const passphrase = readPassphrase(folder);
  expect(passphrase).toMatch(/^[\w-]{43}$/);
  expect(readPassphrase(other)).not.toBe(passphrase);
  expect(statSync(fileIn(folder)).mode & 0o777).toBe(0o600);
  keepPassphrase(folder);
  expect(readPassphrase(folder)).toBe(passphrase);
  expect(passphraseEnvironment(folder)).toEqual({ PULUMI_CONFIG_PASSPHRASE_FILE: fileIn(folder) });
});

test("git ignores the passphrase's file", () => {
  const ignored = readFileSync(path.resolve(import.meta.dirname, "../.gitignore"), "utf8").split("\n");
  expect(ignored).toContain(path.basename(fileIn("")));
});

test.each(["from the environment", ""])(
  "PULUMI_CONFIG_PASSPHRASE=%j takes precedence, and no file is created",
  (passphrase) => {
    const folder = scratchFolder();
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", passphrase);
    keepPassphrase(folder);
    expect(statSync(fileIn(folder), { throwIfNoEntry: false })).toBeUndefined();
    writeFileSync(fileIn(folder), "of the clone");
    expect(readPassphrase(folder)).toBe(passphrase);
    expect(passphraseEnvironment(folder)).toEqual({});
  },
);

test("PULUMI_CONFIG_PASSPHRASE_FILE takes precedence over the clone's file", () => {
  const folder = scratchFolder();
  writeFileSync(fileIn(folder), "of the clone");
  writeFileSync(path.join(folder, "own"), "  of a file\n");
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE_FILE", path.join(folder, "own"));
  expect(readPassphrase(folder)).toBe("of a file");
  expect(passphraseEnvironment(folder)).toEqual({});
});

test("a missing file is named in the error", () => {
  const folder = scratchFolder();
  expect(() => readPassphrase(folder)).toThrow(Failure);
  expect(() => readPassphrase(folder)).toThrow(`There is no passphrase: ${fileIn(folder)} does not exist.`);
});

test("a passphrase that cannot be read is a failure that names the file", () => {
  const folder = scratchFolder();
  // Not even root can read a folder as a file.
  mkdirSync(fileIn(folder));
  expect(() => readPassphrase(folder)).toThrow(Failure);
  expect(() => readPassphrase(folder)).toThrow("The passphrase cannot be read: EISDIR");
});
