import { expect, test } from "vitest";
import { passwordMatches } from "./password.ts";

/** A test vector of the reference implementation (phc-winner-argon2, src/test.c): "password", "somesalt". */
const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

test("a hash of the reference implementation is verified", async () => {
  expect(await passwordMatches("password", reference)).toBe(true);
  expect(await passwordMatches("Password", reference)).toBe(false);
});

test.each(["", "plain", "$2b$10$abc", reference.replace("argon2id", "argon2i")])(
  "%j is not a hash",
  async (hash) => {
    await expect(passwordMatches("x", hash)).rejects.toThrow("PHC");
  },
);
