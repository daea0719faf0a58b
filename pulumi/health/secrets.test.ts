import { expect, test } from "vitest";
import { tokenKeyOf } from "../token-keys.ts";
import { hideSecrets, secretsOf } from "./secrets.ts";

const key = tokenKeyOf("0123456789abcdef0123456789abcdef");
const environment = [
  "REDIS_URL=redis://order-api:aVeryLongPassword1@redis:6379",
  `TOKEN_KEY=${JSON.stringify(key)}`,
  "REDISCLI_AUTH=anAdminPassword0",
  "REDIS_USERS=acl setuser order-api on #a5dd41a5dd41\nacl save",
  "LOG_LEVEL=information-of-many-letters",
  "SESSION_SECRET=short",
];
const hidden = (text: string) => hideSecrets(text, secretsOf(environment));

test.each([
  ["password is aVeryLongPassword1!", "password is ***!"],
  [
    "connecting to redis://order-api:aVeryLongPassword1@redis:6379",
    "connecting to redis://order-api:***@redis:6379",
  ],
  [`wrong key ${JSON.stringify(key)}`, "wrong key ***"],
  [JSON.stringify({ msg: JSON.stringify(key) }), '{"msg":"***"}'],
  [`d is ${key.d}`, "d is ***"],
  ["AUTH anAdminPassword0", "AUTH ***"],
  ["user order-api has #a5dd41a5dd41", "user order-api has #***"],
  ["level information-of-many-letters, short", "level information-of-many-letters, short"],
])("the container's own secrets: %s", (text, expected) => {
  expect(hidden(text)).toBe(expected);
});

test.each([
  ["GET https://user:pw@scans.example.org/a", "GET https://user:***@scans.example.org/a"],
  ["Authorization: Bearer abcdefgh12345678", "Authorization: Bearer ***"],
  ["token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhbGljZSJ9.c2ln failed", "token *** failed"],
  ['{"password":"letmein","user":"alice"}', '{"password":"***","user":"alice"}'],
  [String.raw`{\"password\": \"letmein\"}`, String.raw`{\"password\": \"***\"}`],
  ["requirepass = letmein", "requirepass = ***"],
  ["-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----", "***"],
  ["The password is wrong: TOKEN_KEY is not set", "The password is wrong: TOKEN_KEY is not set"],
  ["http://router:8081/OW1/lease.png", "http://router:8081/OW1/lease.png"],
])("what looks like a secret: %s", (text, expected) => {
  expect(hideSecrets(text, [])).toBe(expected);
});
