import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../../../lib/scratch-folder.ts";
import { startFailure } from "./start-failure.ts";

const failed = "Failed running 'src/main.ts'. Waiting for file changes before restarting...";

test("a syntax error has its file, line and code", () => {
  const lines = [
    "node:internal/modules/run_main:107",
    "    triggerUncaughtException(",
    "    ^",
    "",
    "file:///app/services/auth-api/src/app.ts:23",
    "/** Tokens */",
    "export funtion createAuthApp(): HttpApp {",
    "       ^^^^^^^",
    "  const app = createHttpApp();",
    "",
    "SyntaxError [ERR_INVALID_TYPESCRIPT_SYNTAX]: Expected '{', got 'ident'",
    "    at parseTypeScript (node:internal/modules/typescript:72:36)",
    failed,
  ];
  expect(startFailure(lines, "/nowhere")).toEqual({
    place: "services/auth-api/src/app.ts:23",
    code: ["export funtion createAuthApp(): HttpApp {", "       ^^^^^^^"],
    message: "Expected '{', got 'ident'",
  });
});

test("an error that the service logs has the line that threw it", () => {
  const stack =
    "TypeError: x is not a function\n" +
    "    at start (file:///app/services/order-api/src/order-api.ts:40:11)\n" +
    "    at async file:///app/services/order-api/src/main.ts:30:1";
  const line = JSON.stringify({ level: "fatal", err: { message: "x", stack }, msg: "cannot continue" });
  expect(startFailure([line, failed], "/nowhere")).toEqual({
    place: "services/order-api/src/order-api.ts:40",
    code: [],
    message: "x is not a function",
  });
});

test("a missing file has the line of its import, which Node does not tell", () => {
  const folder = scratchFolder();
  mkdirSync(path.join(folder, "services/auth-api/src"), { recursive: true });
  const text = 'import { a } from "./a.ts";\nimport { b } from "./nowhere.ts";\n';
  writeFileSync(path.join(folder, "services/auth-api/src/main.ts"), text);
  const line =
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/app/services/auth-api/src/nowhere.ts' " +
    "imported from /app/services/auth-api/src/main.ts";
  expect(startFailure([line, failed], folder)).toMatchObject({
    place: "services/auth-api/src/main.ts:2",
    message: expect.stringContaining("nowhere.ts"),
  });
});

test("without an error the last line counts", () => {
  expect(startFailure(["something odd", "", failed], "/nowhere")).toEqual({
    ...{ place: undefined, code: [], message: "something odd" },
  });
});
