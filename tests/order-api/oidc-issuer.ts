import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import { z } from "zod";

const client = { client_id: "orders-app", client_secret: randomBytes(20).toString("hex") };
const redirectUri = "http://127.0.0.1:9/signed-in";
const resource = "https://orders.example.org/";
const tokensSchema = z.object({ access_token: z.string(), id_token: z.string() });

/** An OpenID Connect provider on a port of its own. Anybody can sign in, and is called as they sign in. */
export class OidcIssuer {
  readonly url: string;
  readonly #server: ReturnType<typeof createServer>;
  #isAway = false;

  private constructor(url: string, server: ReturnType<typeof createServer>) {
    this.url = url;
    this.#server = server;
  }

  /** `host`: the address on which it listens. `audience`: of the access tokens. */
  static async start({
    host = "127.0.0.1",
    audience = "orbital-witness/order-api",
  } = {}): Promise<OidcIssuer> {
    const alg = "RS256";
    const server = createServer();
    server.listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const url = `http://${host}:${port}`;
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    const key = { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString("hex"), alg, use: "sig" };
    const provider = new Provider(url, {
      jwks: { keys: [key] },
      clients: [
        {
          ...{ ...client, redirect_uris: [redirectUri], grant_types: ["authorization_code"] },
          id_token_signed_response_alg: "RS256",
        },
      ],
      // Given, because the provider prints a line for each time of its own.
      ttl: { AccessToken: 120, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
      cookies: { keys: [randomBytes(20).toString("hex")] },
      findAccount: (_, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
      features: {
        devInteractions: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => ({
            ...{ scope: "orders:read orders:write", audience, accessTokenTTL: 120 },
            ...{ accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } },
          }),
          useGrantedResource: () => true,
        },
      },
    });
    const issuer = new OidcIssuer(url, server);
    const answer = provider.callback();
    server.on("request", (request, response) => {
      if (issuer.#isAway) response.writeHead(503).end();
      else answer(request, response);
    });
    return issuer;
  }

  /** From now on it answers 503, or works again. */
  set isAway(value: boolean) {
    this.#isAway = value;
  }

  /** Signs in as a browser does: by the authorization code flow with PKCE. @returns the tokens */
  async signIn(login: string, scope: string): Promise<z.output<typeof tokensSchema>> {
    const verifier = randomBytes(32).toString("base64url");
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const query = new URLSearchParams({
      ...{ client_id: client.client_id, response_type: "code", redirect_uri: redirectUri },
      ...{ scope: `openid ${scope}`, resource, code_challenge: challenge, code_challenge_method: "S256" },
    });
    const browser = new Browser(this.url);
    let page = await browser.open(`/auth?${query}`);
    for (const prompt of ["login", "consent"]) {
      const form = new URLSearchParams({ prompt, login, password: "any" });
      page = await browser.open(new URL(page).pathname, form);
    }
    const code = new URL(page).searchParams.get("code") ?? "";
    const response = await fetch(`${this.url}/token`, {
      method: "POST",
      headers: { Authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}` },
      body: new URLSearchParams({
        ...{ grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: verifier },
        resource,
      }),
    });
    return tokensSchema.parse(await response.json());
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** Keeps cookies and follows redirects within one site. */
class Browser {
  readonly #site: string;
  readonly #cookies = new Map<string, string>();

  constructor(site: string) {
    this.#site = site;
  }

  /** @returns the address of the last page, or of the first one elsewhere */
  async open(path: string, form?: URLSearchParams): Promise<string> {
    const response = await fetch(`${this.#site}${path}`, {
      ...(form && { method: "POST", body: form }),
      headers: { Cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      redirect: "manual",
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const location = response.headers.get("Location");
    if (location === null) return response.url;
    const next = new URL(location, this.#site);
    return next.origin === this.#site ? this.open(`${next.pathname}${next.search}`) : next.href;
  }
}
