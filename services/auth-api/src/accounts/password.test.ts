import { expect, test } from "vitest";
import { hashPassword, passwordMatches } from "./password.ts";

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

test("a hash has OWASP's costs and its own salt, and is of this password only", async () => {
  const [one, other] = [await hashPassword("Grüße"), await hashPassword("Grüße")];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(other).not.toBe(one);
  expect(await passwordMatches("Grüße", one)).toBe(true);
  expect(await passwordMatches("Gru\u0308ße", one)).toBe(true);
  expect(await passwordMatches("Grüsse", one)).toBe(false);
});
