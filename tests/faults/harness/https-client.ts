import { once } from "node:events";
import { type IncomingHttpHeaders, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { text } from "node:stream/consumers";
import type { TLSSocket } from "node:tls";

export type Sent = { method?: string; headers?: IncomingHttpHeaders; body?: string };

/** Where a host listens on this machine, whose name no DNS knows. */
export type Host = { name: string; port: number };

/**
 * Sends a request by HTTPS, and trusts one authority only.
 * @param ca its certificate (PEM)
 * @param servername the name that TLS asks for, by default the host's
 */
export async function overTls(
  { name, port }: Host,
  where: string,
  ca: string,
  { servername = name, body, ...options }: Sent & { servername?: string } = {},
) {
  const sent = tlsRequest({
    ...{ host: "127.0.0.1", port, path: where, ca, servername, agent: false, ...options },
    headers: { host: `${name}:${port}`, ...options.headers },
  });
  sent.end(body);
  const [response] = await once(sent, "response");
  const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate();
  return {
    status: response.statusCode,
    headers: response.headers,
    body: await text(response),
    fingerprint256,
  };
}

/** Sends a request by plain HTTP to a port of this machine. */
export async function inPlain(port: number, where: string, { body, ...options }: Sent = {}) {
  const sent = plainRequest({ host: "127.0.0.1", port, path: where, agent: false, ...options });
  sent.end(body);
  const [response] = await once(sent, "response");
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}
