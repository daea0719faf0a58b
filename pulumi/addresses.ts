import type { Settings } from "./settings.ts";

type Addresses = Pick<Settings, "bindAddress" | "httpPort" | "httpsPort" | "localPort" | "publicHost">;

/** The router's address for clients; without a public host, for a browser on this machine. */
export function urlOf(settings: Addresses): string {
  const { publicHost, httpsPort } = settings;
  if (publicHost === undefined) return plainUrlOf(settings);
  return httpsPort === 443 ? `https://${publicHost}` : `https://${publicHost}:${httpsPort}`;
}

/** The router's address for commands on this machine. */
export function localUrlOf(settings: Addresses): string {
  const { publicHost, localPort } = settings;
  return publicHost === undefined ? plainUrlOf(settings) : `http://localhost:${localPort}`;
}

function plainUrlOf({ bindAddress, httpPort }: Addresses): string {
  const host = ["127.0.0.1", "0.0.0.0"].includes(bindAddress) ? "localhost" : bindAddress;
  return httpPort === 80 ? `http://${host}` : `http://${host}:${httpPort}`;
}

/** A shell command that gets a token and places an order. */
export function exampleOrder(url: string, demoUsers: boolean): string {
  const [username, password] = demoUsers ? ["alice", "password"] : ["NAME", "PASSWORD"];
  return (
    `token=$(curl -s ${url}/token -d username=${username} -d password=${password} ` +
    `| sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/') && ` +
    `curl -i ${url}/orders -H "Authorization: Bearer $token" ` +
    `-d title_number=OW12345678 -d document_type=lease`
  );
}
