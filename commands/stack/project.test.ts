import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../../lib/scratch-folder.ts";
import { hasSetting, setting } from "./project.ts";

test.each([
  ["httpPort", "8080", true],
  ["ocrWorkers", "2", false],
  ["jwtSecret", "", true],
  ["documentsUrl", "", false],
])("%s is %j", (name, value, isOwn) => {
  const folder = scratchFolder();
  const project = "name: p\nmain: a/\nconfig:\n  ocrWorkers: { type: integer, default: 2 }\n";
  const declared = `${project}  httpPort: { type: integer, default: 80 }\n`;
  writeFileSync(path.join(folder, "Pulumi.yaml"), declared);
  const own =
    "config:\n  p:httpPort: 8080\n  p:jwtSecret: { secure: v1:nonce:text }\n  other:ocrWorkers: 3\n";
  writeFileSync(path.join(folder, "Pulumi.local.yaml"), own);
  expect(setting(folder, "local", name)).toBe(value);
  expect(hasSetting(folder, "local", name)).toBe(isOwn);
});
