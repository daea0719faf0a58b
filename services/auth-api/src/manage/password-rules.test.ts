import { expect, test } from "vitest";
import { passwordFault } from "./password-rules.ts";

test.each([
  ["", "must have at least 12 characters, but has 0"],
  ["kX9#mqL2vBn", "must have at least 12 characters, but has 11"],
  ["😀".repeat(11), "must have at least 12 characters, but has 11"],
  ["a".repeat(257), "must have at most 256 characters, but has 257"],
  ["unseen marble\nkettle", "must not contain line breaks or other control characters"],
])("%j %s", (password, fault) => {
  expect(passwordFault(password, "dora")).toBe(fault);
});

test.each([
  ...["passwordpassword", "123456789012", "qwertyuiop123", "aaaaaaaaaaaa", "Passw0rd2024!", "1q2w3e4r5t6y"],
  ...["dora12345678", "DoraDoraDora", "letmeinletmein", "witness12345"],
])("%s is easy to guess", (password) => {
  expect(passwordFault(password, "dora")).toMatch(/^is easy to guess: use several words/);
});

test.each(["unseen marble kettle", "kX9#mqL2vBnT", "grüne Kessel singen leise"])("%s is good", (password) => {
  expect(passwordFault(password, "dora")).toBeUndefined();
});
