import { expect, test } from "vitest";
import { luaFaults } from "./lint-lua.ts";

const shared =
  "local a_key, b_key = unpack(KEYS)\nlocal function read() return redis.call('GET', a_key) end\n";

const faults = (script: string) =>
  luaFaults(
    new Map([
      ["shared.lua", shared],
      ["step.lua", `#!lua\n${script}`],
    ]),
  );

test("a script may use the names of the shared files, and keys from KEYS", () => {
  const script =
    "local c_key = KEYS[3]\nfor _, key in ipairs({b_key, c_key}) do redis.call('DEL', key) end\n";
  expect(faults(`${script}redis.call('SET', KEYS[4], read())\nreturn redis.call('TIME')`)).toEqual([]);
});

test.each([
  ["x = 1", "step.lua:2: x is not defined"],
  ["return reed()", "step.lua:2: reed is not defined"],
  ["return redis.call('GET', 'order:' .. ARGV[1])", "step.lua:2: this key does not come from KEYS"],
  ["return redis.call('GET', ARGV[1])", "step.lua:2: this key does not come from KEYS"],
  ["local c_key = 'order:' .. ARGV[1]", "step.lua:2: c_key does not come from KEYS"],
  ["local x = 1\nif x then", "step.lua: [3:9] 'end' expected near '<eof>'"],
])("%s is a fault", (script, fault) => {
  expect(faults(script)).toEqual([fault]);
});
