import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings.ts";
import { type Certificate, readCertificate } from "./certificate-files.ts";

/**
 * How the router serves HTTPS; undefined for plain HTTP.
 * @throws pulumi.RunError for an unsuitable certificate
 */
export function httpsOf(settings: Settings) {
  const { publicHost, httpsPort, localPort, tlsIssuer, tlsCertificateFile, tlsKeyFile } = settings;
  if (publicHost === undefined) return undefined;
  let certificate: Certificate | undefined;
  if (tlsCertificateFile !== undefined && tlsKeyFile !== undefined) {
    try {
      certificate = readCertificate(tlsCertificateFile, tlsKeyFile, publicHost);
    } catch (error) {
      throw new pulumi.RunError(error instanceof Error ? `${error.message}.` : String(error));
    }
  }
  return { publicHost, port: httpsPort, localPort, issuer: tlsIssuer, certificate };
}
