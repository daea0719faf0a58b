import { writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { StackOutputs } from "../../../../commands/stack/stack.ts";
import { Customer } from "../../../../lib/customer.ts";
import { freePort } from "../../../free-port.ts";
import { StackUnderTest } from "../../../stack/stack-under-test.ts";
import { AcmeAuthority } from "../../harness/acme-authority.ts";
import { type Host, inPlain, overTls } from "../../harness/https-client.ts";

const HOST = "witness.test";
const AUTHORITY = "/var/tmp/caddy/pki/authorities/local/root.crt";
const ISSUED = `/var/tmp/caddy/certificates/local/${HOST}/${HOST}`;
/** Requests of this machine reach the router from an address of one of Docker's networks. */
const DOCKER = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16";

let clone: StackUnderTest;
let outputs: StackOutputs;
let httpPort: number;
let httpsPort: number;
let host: Host;

beforeAll(async () => {
  httpPort = await freePort();
  httpsPort = await freePort();
  const ports = { httpPort, httpsPort, localPort: await freePort() };
  const settings = Object.fromEntries(Object.entries(ports).map(([key, port]) => [key, String(port)]));
  const https = { publicHost: HOST, tlsIssuer: "internal", trustedProxies: DOCKER };
  clone = await StackUnderTest.make({ ...settings, ...https, ocrWorkers: "1", proveOnUp: "true" });
  host = { name: HOST, port: httpsPort };
  outputs = await clone.up();
});

afterAll(async () => {
  await clone?.remove();
});

async function inRouter(...command: string[]): Promise<string> {
  const { name } = await clone.container("router");
  return (await execa("docker", ["exec", name, ...command])).stdout;
}

async function statusOf() {
  const command = ["commands/status/status.ts", "--stack", clone.stack.name, "--json"];
  const { stdout, exitCode } = await execa("node", command, { cwd: clone.folder, reject: false });
  return { exitCode, ...JSON.parse(stdout) };
}

const form = { "content-type": "application/x-www-form-urlencoded" };
const login = (password: string, headers: IncomingHttpHeaders = {}) => ({
  ...{ method: "POST", body: `username=alice&password=${password}`, headers: { ...form, ...headers } },
});

describe("a public host", () => {
  it("is served by HTTPS, with HSTS and without HTTP/3, to clients that trust its authority", async () => {
    const ca = await inRouter("cat", AUTHORITY);
    const { status, headers, body } = await overTls(host, "/health", ca);
    expect([status, body]).toEqual([200, '{"healthy": true}']);
    expect(headers["strict-transport-security"]).toBe("max-age=31536000");
    expect(headers["alt-svc"]).toBeUndefined();
    expect(outputs.url).toBe(`https://${HOST}:${httpsPort}`);
    const token = await overTls(host, "/token", ca, login("password"));
    expect(token.status).toBe(200);
  });

  it("is refused to clients that ask for another name", async () => {
    const ca = await inRouter("cat", AUTHORITY);
    await expect(overTls(host, "/health", ca, { servername: "other.test" })).rejects.toThrow();
    const other = await overTls(host, "/health", ca, { headers: { host: "other.test" } });
    expect(other.status).toBe(421);
  });

  it("answers plain HTTP by a redirect, and refuses what would change something", async () => {
    const redirect = await inPlain(httpPort, "/orders?limit=1");
    const location = `https://${HOST}:${httpsPort}/orders?limit=1`;
    expect([redirect.status, redirect.headers.location]).toEqual([308, location]);
    const refused = await inPlain(httpPort, "/token", login("password"));
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.body)).toMatchObject({ status: 403, code: "https_required" });
  });

  it("leaves plain HTTP to this machine", async () => {
    // By which the update was proved.
    expect(outputs.proof).toMatchObject({ seconds: expect.any(Number) });
    const { stdout } = await execa("docker", ["port", (await clone.container("router")).name, "8080"]);
    expect(stdout).toBe(`127.0.0.1:${new URL(outputs.localUrl).port}`);
    const customer = new Customer(outputs.localUrl);
    const { body } = await customer.order("OW12345678", "lease");
    expect((await customer.delivery(String(body.order_id))).view.status).toBe("completed");
  });

  it("does not keep npm run status from asking the stack, and has a certificate there", async () => {
    expect(await statusOf()).toMatchObject({
      ...{ exitCode: 0, url: outputs.url, state: { queue: {} } },
      public_host: { name: HOST, certificate: { issuer: expect.stringContaining("Caddy Local Authority") } },
    });
  });

  it("keeps its authority when the router is replaced", async () => {
    const ca = await inRouter("cat", AUTHORITY);
    const before = await overTls(host, "/health", ca);
    const { id } = await clone.container("router");
    await clone.edit("pulumi/Caddyfile", (config) => config.replace("idle 2m", "idle 1m"));
    await clone.up();
    expect((await clone.container("router")).id).not.toBe(id);
    expect((await overTls(host, "/health", ca)).fingerprint256).toBe(before.fingerprint256);
  });
});

describe("the session of a browser", () => {
  const attributes = "Max-Age=[1-9]\\d*; Path=/session; HttpOnly; Secure; SameSite=Strict";
  const cookieForm = new RegExp(`^(?<pair>__Secure-refresh_token=[\\w.-]+); ${attributes}$`);
  const cookieOf = (headers: IncomingHttpHeaders) => {
    const [cookie = "", ...others] = headers["set-cookie"] ?? [];
    expect([cookie, others]).toEqual([expect.stringMatching(cookieForm), []]);
    return cookieForm.exec(cookie)?.groups?.pair ?? "";
  };

  it("has its refresh token in a cookie that only HTTPS and this origin's pages send", async () => {
    const ca = await inRouter("cat", AUTHORITY);
    const origin = `https://${HOST}:${httpsPort}`;
    const signedIn = await overTls(host, "/session", ca, login("password", { origin }));
    expect([signedIn.status, signedIn.body]).toEqual([200, expect.stringContaining('"access_token"')]);
    const cookie = cookieOf(signedIn.headers);
    const refresh = (headers: IncomingHttpHeaders) =>
      overTls(host, "/session/refresh", ca, { method: "POST", headers });
    for (const foreign of [
      { origin: "https://other.test" },
      // The same name, but plain HTTP or another port.
      { origin: `http://${HOST}:${httpsPort}` },
      { origin: `https://${HOST}` },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site", origin },
    ]) {
      const refused = await refresh({ cookie, ...foreign });
      expect([refused.status, JSON.parse(refused.body).code], JSON.stringify(foreign)).toEqual([
        403,
        "cross_origin",
      ]);
      expect(refused.headers["set-cookie"]).toBeUndefined();
    }
    // None of them has used the token, and each use replaces it.
    const refreshed = await refresh({ cookie, origin, "sec-fetch-site": "same-origin" });
    expect([refreshed.status, refreshed.body]).toEqual([200, expect.stringContaining('"access_token"')]);
    expect(cookieOf(refreshed.headers)).not.toBe(cookie);
    // The name that plain HTTP uses does not count.
    const unsafe = cookieOf(refreshed.headers).replace("__Secure-", "");
    expect((await refresh({ cookie: unsafe, origin })).status).toBe(401);
  });
});

describe("a trusted proxy", () => {
  it("names the client by the last address that it adds, which the client cannot choose", async () => {
    const ca = await inRouter("cat", AUTHORITY);
    const wrong = async (forwarded: string | string[]) =>
      (await overTls(host, "/token", ca, login("wrong", { "x-forwarded-for": forwarded }))).status;
    const first: (number | undefined)[] = [];
    for (let count = 0; count < 11; count += 1) first.push(await wrong("203.0.113.1"));
    expect(first).toEqual([...Array(10).fill(401), 429]);
    expect(await wrong("198.51.100.9, 203.0.113.1")).toBe(429);
    expect(await wrong("198.51.100.9,203.0.113.1")).toBe(429);
    expect(await wrong(["198.51.100.9", "203.0.113.1"])).toBe(429);
    expect(await wrong("203.0.113.1, 203.0.113.2")).toBe(401);
  });

  it("says that the client used HTTPS, so that the cookie of a session is Secure", async () => {
    const { port } = new URL(outputs.localUrl);
    const cookie = async (headers: IncomingHttpHeaders) => {
      const answer = await inPlain(Number(port), "/session", login("password", headers));
      return [answer.status, answer.headers["set-cookie"]?.[0]];
    };
    const { host: proxied, origin } = new URL("https://registry.example.org");
    const forwarded = { "x-forwarded-for": "203.0.113.3", "x-forwarded-proto": "https" };
    const secure = expect.stringMatching(/^__Secure-refresh_token=.*; Secure; SameSite=Strict$/);
    expect(await cookie({ ...forwarded, host: proxied, origin })).toEqual([200, secure]);
    expect(await cookie({})).toEqual([200, expect.stringMatching(/; HttpOnly; SameSite=Strict$/)]);
  });
});

describe("a certificate from files", () => {
  it("is used, and an unsuitable one stops the update", async () => {
    const ca = await inRouter("cat", AUTHORITY);
    const files = { tlsCertificateFile: "certificate.pem", tlsKeyFile: "key.pem" };
    await writeFile(
      path.join(clone.folder, files.tlsCertificateFile),
      await inRouter("cat", `${ISSUED}.crt`),
    );
    await writeFile(path.join(clone.folder, files.tlsKeyFile), await inRouter("cat", `${ISSUED}.key`));
    const issued = (await overTls(host, "/health", ca)).fingerprint256;
    for (const [key, value] of Object.entries(files)) await clone.stack.set(key, value);
    await clone.stack.set("tlsIssuer", "auto");
    await clone.up();
    // The router has them only as the files that were given.
    expect(await inRouter("cat", "/etc/caddy/Caddyfile")).toContain("tls /tmp/certificate.pem");
    expect((await overTls(host, "/health", ca)).fingerprint256).toBe(issued);
    await clone.stack.set("publicHost", "other.test");
    await expect(clone.up()).rejects.toThrow(
      /certificate\.pem\) is for DNS:witness\.test, not for other\.test/,
    );
  });
});

describe("a certificate by ACME", () => {
  it("is missing while the authority is away, which npm run status says, and then issued", async () => {
    const [name, rootFile] = ["witness.example.com", "acme-root.pem"];
    const authority = await AcmeAuthority.start(clone, name);
    onTestFinished(() => authority.remove());
    const ca = await authority.root();
    await writeFile(path.join(clone.folder, "documents", rootFile), ca);
    // Otherwise the router would ask a public authority.
    const options = `"acme_ca ${AcmeAuthority.directory}", "acme_ca_root /srv/documents/${rootFile}",`;
    await clone.edit("pulumi/https/router-config.ts", (code) =>
      code.replace('"skip_install_trust",', `"skip_install_trust", ${options}`),
    );
    for (const key of ["tlsCertificateFile", "tlsKeyFile"]) await clone.stack.set(key, "");
    await clone.stack.set("publicHost", name);
    await authority.pause();
    await clone.up();
    expect(await statusOf()).toMatchObject({ exitCode: 1, public_host: { name, certificate: null } });
    await authority.resume();
    // The router also tries again by itself, after a minute.
    await execa("docker", ["restart", (await clone.container("router")).name]);
    const health = () => overTls({ name, port: httpsPort }, "/health", ca);
    await expect
      .poll(() => health().catch(() => undefined), { timeout: 60_000 })
      .toMatchObject({
        status: 200,
        headers: { "strict-transport-security": "max-age=31536000" },
      });
    expect(await statusOf()).toMatchObject({ public_host: { certificate: { issuer: expect.any(String) } } });
  });
});
