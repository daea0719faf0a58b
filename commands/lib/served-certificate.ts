import { connect } from "node:tls";
import { setting } from "../stack/project.ts";

/** What the router presents to clients of its public host. `certificate` is null if it has none. */
export type PublicHost = {
  name: string;
  /** `valid_until` is an ISO date and time. */
  certificate: { issuer: string; valid_until: string } | null;
};

/** The public host of a stack, as the router serves it now. Undefined without the setting `publicHost`. */
export async function publicHostOf(folder: string, stack: string): Promise<PublicHost | undefined> {
  const name = setting(folder, stack, "publicHost");
  if (name === "") return undefined;
  const bound = setting(folder, stack, "bindAddress");
  const address = bound === "0.0.0.0" ? "127.0.0.1" : bound;
  const port = Number(setting(folder, stack, "httpsPort"));
  return { name, certificate: await servedCertificate(address, port, name) };
}

/** What is wrong if the router has no certificate, and the next command. */
export function noCertificate({ name }: PublicHost): string {
  return (
    `The router has no certificate for ${name} yet, so nobody can use HTTPS. ` +
    "It goes on trying to get one.\n" +
    "  Next: npm run logs -- router --level error   # says why it failed, if it did"
  );
}

/** The certificate that a server has for a name, trusted or not; null if it has none or does not answer. */
export function servedCertificate(
  host: string,
  port: number,
  name: string,
  limitMs = 5000,
): Promise<PublicHost["certificate"]> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, servername: name, rejectUnauthorized: false, timeout: limitMs });
    const end = (certificate: PublicHost["certificate"]) => {
      socket.destroy();
      resolve(certificate);
    };
    socket.on("secureConnect", () => {
      const { issuer, valid_to } = socket.getPeerCertificate();
      const valid_until = new Date(valid_to).toISOString();
      end({ issuer: textOf(issuer.O) || textOf(issuer.CN) || "an unnamed authority", valid_until });
    });
    socket.on("error", () => end(null)).on("timeout", () => end(null));
  });
}

/** A name may have several parts of one kind. */
function textOf(part: string | string[] | undefined): string {
  return [part ?? []].flat().join(", ");
}
