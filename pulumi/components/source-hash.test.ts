import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sourcesOf } from "./service-image.ts";
import { sourceHash } from "./source-hash.ts";

const projectFolder = path.resolve(import.meta.dirname, "../..");
let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "orbital-witness-sources-"));
  write("package.json", "{}");
  write("service/src/main.ts", "main();");
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, content: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
}

const hash = () => sourceHash(root, ["package.json", "service"]);

function rename(from: string, to: string): void {
  renameSync(path.join(root, from), path.join(root, to));
}

test.each<[string, () => void]>([
  ["a changed line", () => write("service/src/main.ts", "main(1);")],
  ["another file", () => write("service/src/more.ts", "")],
  ["a renamed file", () => rename("service/src/main.ts", "service/src/start.ts")],
  ["a change of a file that is named itself", () => write("package.json", "{ }")],
])("%s changes the hash", (_, change) => {
  const before = hash();
  change();
  expect(hash()).not.toBe(before);
});

test("tests, node_modules and files elsewhere do not change the hash", () => {
  const before = hash();
  write("service/src/main.test.ts", "test();");
  write("service/node_modules/library/index.js", "library();");
  write("other/src/main.ts", "other();");
  expect(hash()).toBe(before);
});

test("content that moves from one file to the next changes the hash", () => {
  write("service/a.ts", "ab");
  write("service/b.ts", "c");
  const before = hash();
  write("service/a.ts", "a");
  write("service/b.ts", "bc");
  expect(hash()).not.toBe(before);
});

test("a missing source is named", () => {
  expect(() => sourceHash(root, ["no-such-folder"])).toThrow("no-such-folder");
});

test("everything that services/Dockerfile copies from the project is a source", () => {
  const dockerfile = readFileSync(path.join(projectFolder, "services/Dockerfile"), "utf8");
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
    .flatMap(([, files = ""]) => files.split(" "))
    .map((file) => file.replace(/\$\{SERVICE\}/g, "auth-api"));
  const sources = sourcesOf("auth-api");
  const isCovered = (file: string) =>
    sources.some((source) => file === source || file.startsWith(`${source}/`));
  expect(copied.length).toBeGreaterThanOrEqual(6);
  // These are in the worker's folder, so they count only for the worker, which is the only one to use them.
  expect(copied.filter((file) => !isCovered(file))).toEqual([
    "services/ocr-worker/fetch-languages.sh",
    "services/ocr-worker/model",
  ]);
});

test("the hash leaves out the same files as .dockerignore", () => {
  const lines = readFileSync(path.join(projectFolder, ".dockerignore"), "utf8").trim().split("\n");
  expect(lines.filter((line) => line.startsWith("**/"))).toEqual(["**/node_modules", "**/*.test.ts"]);
});
