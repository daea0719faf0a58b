import type { Settings } from "./settings.ts";

/** The router's address for a browser on this machine. */
export function urlOf({ bindAddress, httpPort }: Pick<Settings, "bindAddress" | "httpPort">): string {
  const host = ["127.0.0.1", "0.0.0.0"].includes(bindAddress) ? "localhost" : bindAddress;
  return httpPort === 80 ? `http://${host}` : `http://${host}:${httpPort}`;
}

/** A shell command that gets a token and places an order. */
export function exampleOrder(url: string): string {
  return (
    `token=$(curl -s ${url}/token -d username=alice -d password=password ` +
    `| sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/') && ` +
    `curl -i ${url}/orders -H "Authorization: Bearer $token" ` +
    `-d title_number=OW12345678 -d document_type=lease`
  );
}
