import { execa } from "execa";
import { poll } from "../../../lib/poll.ts";
import { runLabel } from "../../run-label.ts";
import type { StackUnderTest } from "../../stack/stack-under-test.ts";

/** Caddy itself can issue certificates by ACME. */
const caddyfile = `{
	admin off
	skip_install_trust
	auto_https disable_redirects
}
https://acme:9443 {
	tls internal
	acme_server
}
`;

/** Leads the ports that an authority checks to those of the router, as the Internet does. */
const forward = `for (const [from, to] of [[80, 8082], [443, 8443]]) {
  net.createServer((client) => {
    const router = net.connect(to, "router");
    for (const [one, other] of [[client, router], [router, client]]) {
      one.on("error", () => other.destroy()).pipe(other);
    }
  }).listen(from);
}`;

/** An authority that issues certificates by ACME, for a name that leads to the router of a stack. */
export class AcmeAuthority {
  static readonly directory = "https://acme:9443/acme/local/directory";
  readonly #authority: string;
  readonly #forwarder: string;

  private constructor(authority: string, forwarder: string) {
    this.#authority = authority;
    this.#forwarder = forwarder;
  }

  /** Starts it on the network on which the router reaches the APIs. */
  static async start(clone: StackUnderTest, name: string): Promise<AcmeAuthority> {
    const [router, api] = [await clone.container("router"), await clone.container("auth-api")];
    const networks = Object.keys(await clone.endpointsOf(router));
    const network = networks.find((each) => each.includes("-front-")) ?? "";
    const run = async (alias: string, ...command: string[]) => {
      const place = ["--network", network, "--network-alias", alias];
      const options = ["--detach", "--init", ...runLabel, ...place];
      return (await execa("docker", ["run", ...options, ...command])).stdout;
    };
    const environment = { XDG_DATA_HOME: "/tmp/data", XDG_CONFIG_HOME: "/tmp/config", CADDYFILE: caddyfile };
    const caddy = [
      ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
      ...[await clone.imageOf(router), "sh", "-c"],
      'printf %s "$CADDYFILE" > /tmp/Caddyfile && exec caddy run --config /tmp/Caddyfile --adapter caddyfile',
    ];
    const authority = await run("acme", ...caddy);
    return new AcmeAuthority(authority, await run(name, await clone.imageOf(api), "node", "-e", forward));
  }

  /** The certificate (PEM) that clients must trust, for the authority itself and for what it issues. */
  root(): Promise<string> {
    const file = "/tmp/data/caddy/pki/authorities/local/root.crt";
    const look = async () => {
      const { stdout, failed } = await execa("docker", ["exec", this.#authority, "cat", file], {
        reject: false,
      });
      return failed ? undefined : stdout;
    };
    return poll(look, { everyMs: 100, limitMs: 15_000, late: () => new Error("the authority has no root") });
  }

  async pause(): Promise<void> {
    await execa("docker", ["pause", this.#authority]);
  }

  async resume(): Promise<void> {
    await execa("docker", ["unpause", this.#authority]);
  }

  async remove(): Promise<void> {
    await execa("docker", ["rm", "--force", this.#authority, this.#forwarder]);
  }
}
