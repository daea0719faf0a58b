import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";

/** The text of two PEM files. The key is a secret. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Reads a certificate (with its chain) and its key for a host.
 * @throws Error that says what is wrong, without any part of the key
 */
export function readCertificate(certificateFile: string, keyFile: string, host: string, now = new Date()) {
  const certificate = read("tlsCertificateFile", certificateFile);
  const key = read("tlsKeyFile", keyFile);
  const parsed = parse(`tlsCertificateFile (${certificateFile}) has no certificate in PEM`, () => {
    return new X509Certificate(certificate);
  });
  const privateKey = parse(`tlsKeyFile (${keyFile}) has no private key in PEM without a passphrase`, () => {
    return createPrivateKey(key);
  });
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new Error(`tlsKeyFile (${keyFile}) is not the key of the certificate in ${certificateFile}`);
  }
  // Each of the two throws an error for the form of the other.
  if ((isIP(host) === 0 ? parsed.checkHost(host) : parsed.checkIP(host)) === undefined) {
    throw new Error(
      `tlsCertificateFile (${certificateFile}) is for ${parsed.subjectAltName}, not for ${host}`,
    );
  }
  if (now < new Date(parsed.validFrom) || now > new Date(parsed.validTo)) {
    const times = `from ${parsed.validFrom} to ${parsed.validTo}`;
    throw new Error(`tlsCertificateFile (${certificateFile}) is valid ${times} only`);
  }
  return { certificate, key } satisfies Certificate;
}

function read(setting: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${setting} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function parse<T>(problem: string, work: () => T): T {
  try {
    return work();
  } catch {
    // The error could contain a part of the key.
    throw new Error(problem);
  }
}
