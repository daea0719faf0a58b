import { expect, test } from "vitest";
import { Failure } from "../failure.ts";
import { PassphraseCrypter } from "./passphrase-crypter.ts";

/** Written by Pulumi's CLI 3.257, with `stack init` and `config set --secret`. */
const PASSPHRASE = "throwaway passphrase, ünïcode";
const SALT_LINE = "v1:3Y7rOIMKhQ8=:v1:MwvmtvCWQFNqtbwu:ELXSxopcjCKJDarPQ7A+WA/pFEVeIw==";
const SEALED = "v1:mGWmJg04QS/du4Er:bKGZ8oG9I6XEdib2Fe876naUyvMn3y97reJAekukRKqiBP0G+gpNJ2kKGHX9nbQ0Xg==";
const OF_THE_CLI = [
  ["a secret of at least 32 bytes, ok", SEALED],
  ["", "v1:sgi3pmw57VDnq/6w:4gOrFVtTelv9nZbB6k9DWw=="],
  ["zeile 1\nzweite ü 🔑", "v1:L3DpM0iF61WF4jjr:6zzfw5L5OEvyDmUAD/7BnCGjWtz82nrLJxkdGTsBt5mPaUXaNzo="],
] as const;

const crypter = PassphraseCrypter.open(PASSPHRASE, SALT_LINE);

test.each(OF_THE_CLI)("reads what Pulumi's CLI wrote: %j", (text, sealed) => {
  expect(crypter.decrypt(sealed, "it")).toBe(text);
});

test("reads its own output, with a new salt for each stack; no two ciphertexts are equal", () => {
  const own = PassphraseCrypter.create(PASSPHRASE);
  const again = PassphraseCrypter.open(PASSPHRASE, own.saltLine);
  const sealed = [own.encrypt("ä secret"), own.encrypt("ä secret"), own.encrypt("")];
  expect(sealed.map((each) => again.decrypt(each, "it"))).toEqual(["ä secret", "ä secret", ""]);
  expect(new Set(sealed).size).toBe(3);
  // Eight bytes of salt and twelve of nonce, as in Pulumi.
  expect(own.saltLine).toMatch(/^v1:[\w+/]{11}=:v1:[\w+/]{16}:[\w+/]{30}==$/);
  const derived = [own.derive("a"), again.derive("a"), own.derive("b"), crypter.derive("a")];
  const [first, same, otherName, otherSalt] = derived.map((each) => each.toString("hex"));
  expect(same).toBe(first);
  expect(new Set([first, otherName, otherSalt]).size).toBe(3);
});

test.each([
  ["a wrong passphrase", "throwaway passphrase", SALT_LINE, /^incorrect passphrase/],
  ["a truncated salt line", PASSPHRASE, SALT_LINE.slice(0, 20), /^incorrect passphrase/],
  ["another salt", PASSPHRASE, SALT_LINE.replace("3Y", "4Y"), /^incorrect passphrase/],
  ["a salt line of another form", PASSPHRASE, SALT_LINE.replace("v1", "v2"), /not of the form/],
  ["an empty salt line", PASSPHRASE, "", /not of the form/],
])("%s is rejected", (_, passphrase, saltLine, message) => {
  const open = () => PassphraseCrypter.open(passphrase, saltLine);
  expect(open).toThrow(
    expect.objectContaining({ name: Failure.name, message: expect.stringMatching(message) }),
  );
});

test.each([
  ["altered text", SEALED.replace("bKGZ", "cKGZ")],
  ["altered tag", SEALED.replace("nbQ0Xg==", "nbQ0Xw==")],
  ["altered nonce", SEALED.replace("mGWm", "nGWm")],
  ["cut off", SEALED.slice(0, 40)],
  ["cut off within the tag", SEALED.slice(0, 30)],
  ["cut to twelve bytes of its tag", "v1:sgi3pmw57VDnq/6w:4gOrFVtTelv9nZbB"],
  ["without nonce", SEALED.replace(/:.*:/, "::")],
  ["of another form", SEALED.replace("v1", "v2")],
  ["not a sealed text", "secret"],
])("a sealed text that is %s is rejected with the name of its setting", (_, sealed) => {
  const attempt = () => crypter.decrypt(sealed, "jwtSecret");
  expect(attempt).toThrow(Failure);
  expect(attempt).toThrow(/^The secret jwtSecret in the stack file cannot be decrypted/);
});
