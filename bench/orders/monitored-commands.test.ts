import { expect, test } from "vitest";
import { countCommands } from "./monitored-commands.ts";

test("counts what clients sent by address and name, and what scripts ran", () => {
  const counts = countCommands([
    "OK",
    '1764216000.107412 [0 10.0.0.2:60866] "EVALSHA" "digest" "1" "a \\" [0 lua] \\"b"',
    '1764216000.107413 [0 lua] "HSET" "order:1" "status" "queued"',
    '1764216000.107414 [0 lua] "zadd" "waiting" "1" "x"',
    '1764216000.107415 [3 10.0.0.2:60867] "evalsha" "digest" "0"',
    '1764216000.107416 [0 fd00::2:60867] "ping"',
    "Error: Server closed the connection",
  ]);
  expect(counts.sent).toBe(3);
  expect(counts.inScripts).toBe(2);
  expect([...(counts.sources.get("10.0.0.2") ?? [])]).toEqual([["evalsha", 2]]);
  expect([...(counts.sources.get("fd00::2") ?? [])]).toEqual([["ping", 1]]);
});
