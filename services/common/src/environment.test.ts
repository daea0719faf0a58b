import { expect, test } from "vitest";
import { z } from "zod";
import { readEnvironment, redisUrlVariable, serviceVariables } from "./environment.ts";

const secretVariable = z.string().min(32).meta({ description: "at least 32 letters long", secret: true });
const schema = z.object({ ...serviceVariables, A_SECRET: secretVariable });
const secret = "0123456789abcdef0123456789abcdef";

test("unset variables get their defaults", () => {
  const environment = readEnvironment(schema, { A_SECRET: secret, HOME: "/root" });
  expect(environment).toEqual({ PORT: 8080, METRICS_PORT: 0, LOG_LEVEL: "info", A_SECRET: secret });
});

test.each([
  [{}, "A_SECRET is not set; it must be at least 32 letters long"],
  [{ A_SECRET: "" }, "A_SECRET is empty; it must be at least 32 letters long"],
  [{ A_SECRET: secret, PORT: "0" }, 'PORT is "0"; it must be a whole number from 1 to 65535'],
  [{ A_SECRET: secret, PORT: "" }, "PORT is empty; it must be a whole number from 1 to 65535"],
  [{ A_SECRET: secret, PORT: "80x" }, 'PORT is "80x"; it must be a whole number from 1 to 65535'],
  [
    { A_SECRET: secret, LOG_LEVEL: "loud" },
    'LOG_LEVEL is "loud"; it must be one of trace, debug, info, warn, error, fatal',
  ],
])("%j is refused by name", (variables, message) => {
  expect(() => readEnvironment(schema, variables)).toThrow(expect.objectContaining({ message }));
});

test("every invalid variable is named, without the values of secrets", () => {
  const variables = { A_SECRET: "only11bytes", PORT: "-1" };
  expect(() => readEnvironment(schema, variables)).toThrow(/^(?!.*only11bytes).*PORT.*A_SECRET/);
});

test("only Redis addresses are accepted as Redis addresses", () => {
  expect(redisUrlVariable.safeParse("redis://:p@redis:6379").success).toBe(true);
  expect(redisUrlVariable.safeParse("http://redis:6379").success).toBe(false);
});
