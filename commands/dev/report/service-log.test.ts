import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { watchServiceLog } from "./service-log.ts";

test("a log tells which save a process runs, and why one did not start", async () => {
  const seen: unknown[] = [];
  async function* log() {
    yield '{"level":"info","msg":"listening"}';
    yield '{"level":"info","msg":"ready","save":7,"ms":400}';
    yield '{"level":"info","msg":"request","path":"/\\"msg\\":\\"ready\\""}';
    yield "Error: of an earlier process";
    yield "Restarting 'src/main.ts'";
    yield "file:///app/services/auth-api/src/app.ts:3";
    yield "Failed running 'src/main.ts'. Waiting for file changes before restarting...";
    // It comes by the other stream.
    yield "SyntaxError: Unexpected token";
  }
  await watchServiceLog(log(), "/nowhere", {
    ready: (save) => seen.push(save),
    failed: ({ place, message }) => seen.push({ place, message }),
  });
  await pause(150);
  expect(seen).toEqual([7, { place: "services/auth-api/src/app.ts:3", message: "Unexpected token" }]);
});
