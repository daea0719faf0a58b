import { expect, test } from "vitest";
import { hashPassword, passwordMatches } from "./password.ts";

/** A test vector of the reference implementation (phc-winner-argon2, src/test.c): "password", "somesalt". */
const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

test("a hash of the reference implementation is understood", async () => {
  expect(await passwordMatches("password", reference)).toBe(true);
  expect(await passwordMatches("Password", reference)).toBe(false);
});

test("a hash has OWASP's parameters and a salt of its own", async () => {
  const [one, other] = await Promise.all([hashPassword("x"), hashPassword("x")]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(one).not.toBe(other);
  expect(await passwordMatches("x", one)).toBe(true);
});

test.each(["", "plain", "$2b$10$abc", reference.replace("argon2id", "argon2i")])(
  "%j is not a hash",
  async (hash) => {
    await expect(passwordMatches("x", hash)).rejects.toThrow("PHC");
  },
);
