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
  /** Whether `npm run dev` restarts the services and builds the page. */
  readonly isDevMode: boolean;
}

/** Where the router reads certificates that were given as files. */
export const certificateFiles = {
  certificate: "/tmp/certificate.pem",
  key: "/tmp/certificate-key.pem",
};

/**
 * Returns the Caddyfile for these settings, made from `pulumi/Caddyfile`. It stays as it is without a
 * public host, trusted proxies and dev mode.
 */
export function routerConfig(caddyfile: string, config: RouterConfig): string {
  const inMode = config.isDevMode ? forDevMode(caddyfile) : caddyfile;
  const behindProxies = config.trustedProxies.length === 0 ? inMode : trusting(inMode, config);
  return config.publicHost === undefined
    ? behindProxies
    : withHttps(behindProxies, config.publicHost, config);
}

/** How long a request waits for a service that restarts, or that does not start until its next change. */
const devWaitSeconds = 15;
/** How long a connection to a service is kept without a request. */
const devKeptMs = 250;

function forDevMode(caddyfile: string): string {
  const patient = replaced(
    caddyfile,
    "\tlb_try_duration 5s\n\tlb_try_interval 100ms\n",
    `\tlb_try_duration ${devWaitSeconds}s\n\tlb_try_interval 20ms\n`,
  );
  // A service that stops waits a second for connections that are kept, but not used. Without any, each
  // request would need a new connection, and could meet a service that has just stopped listening.
  const brief = replaced(
    replaced(patient, "\t\t\tkeepalive 2m\n", `\t\t\tkeepalive ${devKeptMs}ms\n`),
    "\t\tdynamic a auth-api 8080 {\n",
    `\t\ttransport http {\n\t\t\tkeepalive ${devKeptMs}ms\n\t\t\tkeepalive_interval 30s\n\t\t}\n` +
      "\t\tdynamic a auth-api 8080 {\n",
  );
  const explained = replaced(
    brief,
    "The service behind this path is starting or stopped. Nothing was done; try again shortly.",
    "The service behind this path does not start. The terminal of npm run dev shows why. Nothing was done.",
  );
  // The page asks twice a second, so these requests are not logged. Caddy 2.8 renamed the variable.
  return replaced(
    explained,
    "(app) {\n",
    "(app) {\n\t@build path /dev/build\n\tvars @build {\n\t\tskip_log true\n\t\tlog_skip true\n\t}\n" +
      "\thandle @build {\n\t\theader Cache-Control no-store\n\t\troot * /srv/page\n\t\tfile_server\n\t}\n\n",
  );
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
