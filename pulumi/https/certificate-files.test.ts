import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { readCertificate } from "./certificate-files.ts";

// Certificates that fit are read in `tests/faults/slow/own-stack/https.test.ts`.
const folder = mkdtempSync(path.join(tmpdir(), "orbital-witness-certificate-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, "text.pem");
writeFileSync(file, "not a certificate, but perhaps a secret");

test.each([
  ["a missing certificate", path.join(folder, "none.pem"), file, "tlsCertificateFile cannot be read: ENOENT"],
  ["a missing key", file, path.join(folder, "none.pem"), "tlsKeyFile cannot be read: ENOENT"],
  ["a file of something else", file, file, `tlsCertificateFile (${file}) has no certificate in PEM`],
])("%s is named, without the files' contents", (_, certificate, key, message) => {
  const read = () => readCertificate(certificate, key, "registry.example.org");
  expect(read).toThrow(message);
  expect(read).not.toThrow(/perhaps a secret/);
});
