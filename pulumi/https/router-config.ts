/** How the router serves customers. The ports are those inside its container. */
export interface RouterConfig {
  /** Served by HTTPS on port 8443, with redirects from port 8082; undefined without HTTPS. */
  readonly publicHost: string | undefined;
  /** The port of HTTPS as clients see it. */
  readonly httpsPort: number;
  /**
   * `files`: the files of `certificateFiles`. `internal`: a certificate authority of the router itself.
   * `auto`: Caddy gets one by ACME for a public name, and makes one by `internal` for any other.
   */
  readonly certificate: "auto" | "internal" | "files";
  /** Addresses and networks of load balancers that add the client's address to X-Forwarded-For. */
  readonly trustedProxies: readonly string[];
}

/** Where the router reads certificates that were given as files. */
export const certificateFiles = {
  certificate: "/tmp/certificate.pem",
  key: "/tmp/certificate-key.pem",
};

/**
 * Returns the Caddyfile for these settings, made from `pulumi/Caddyfile`. It stays as it is without a
 * public host and trusted proxies.
 */
export function routerConfig(caddyfile: string, config: RouterConfig): string {
  const behindProxies = config.trustedProxies.length === 0 ? caddyfile : trusting(caddyfile, config);
  return config.publicHost === undefined
    ? behindProxies
    : withHttps(behindProxies, config.publicHost, config);
}

function trusting(caddyfile: string, { trustedProxies }: RouterConfig): string {
  const ranges = trustedProxies.join(" ");
  // The last address is the one that the proxy itself has seen. Any before it are the client's own words. All
  // header lines count, joined by commas, because some proxies add a line of their own.
  const forwarded = [
    `remote_ip ${ranges}`,
    "vars_regexp client {http.request.header.X-Forwarded-For} (?:^|[,\\s])([0-9A-Fa-f.:]+)\\s*$",
  ];
  const block = forwarded.map((line) => `\t\t\t${line}\n`).join("");
  return replaced(
    replaced(
      caddyfile,
      "\theader_up X-Real-IP {remote_host}\n",
      `\theader_up X-Real-IP {http.vars.client_address}\n\ttrusted_proxies ${ranges}\n`,
    ),
    "(app) {\n",
    "(app) {\n" +
      `\t@forwarded {\n${block.replaceAll("\t\t\t", "\t\t")}\t}\n` +
      "\tvars @forwarded client_address {http.regexp.client.1}\n" +
      `\t@direct not {\n${block.replaceAll("\t\t\t", "\t\t")}\t}\n` +
      "\tvars @direct client_address {remote_host}\n\n",
  );
}

function withHttps(caddyfile: string, host: string, { httpsPort, certificate }: RouterConfig): string {
  const options = [
    "auto_https disable_redirects",
    "skip_install_trust",
    "http_port 8082",
    "https_port 8443",
    // Clients send no name when they connect to an address.
    `default_sni ${host}`,
  ];
  const tls = {
    auto: [],
    internal: ["tls internal"],
    files: [`tls ${certificateFiles.certificate} ${certificateFiles.key}`],
  }[certificate];
  const lines = (all: readonly string[]) => all.map((line) => `\t${line}\n`).join("");
  const withOptions = replaced(caddyfile, "\tauto_https off\n", lines(options));
  // HTTP/3 needs a UDP port, which is not published.
  const withProtocols = replaced(
    withOptions,
    "\tservers {\n",
    "\tservers {\n\t\tprotocols h1 h2\n\t\tstrict_sni_host on\n",
  );
  const address = httpsPort === 443 ? host : `${host}:${httpsPort}`;
  return `${withProtocols}
https://${host}:8443 {
${lines([...tls, 'header Strict-Transport-Security "max-age=31536000"', "import app"])}}

# A request that changes something is refused, so that nobody sends passwords in the clear unnoticed.
http://:8082 {
	log
	@reads method GET HEAD
	redir @reads https://${address}{uri} 308
	handle {
		vars {
			status 403
			title Forbidden
			code https_required
			detail "Use https://${address}. Nothing was done, but the request was not encrypted."
		}
		import problem
	}
}
`;
}

function replaced(text: string, old: string, by: string): string {
  if (text.split(old).length !== 2) throw new Error(`pulumi/Caddyfile must have once: ${old.trim()}`);
  return text.replace(old, () => by);
}
