import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../settings.ts";
import { type RouterConfig, routerConfig } from "./router-config.ts";

const caddyfile = readFileSync(path.join(projectFolder, "pulumi/Caddyfile"), "utf8");
const plain: RouterConfig = {
  ...{ publicHost: undefined, httpsPort: 443, certificate: "auto", trustedProxies: [], isDevMode: false },
};

test("the Caddyfile stays as it is without a public host and proxies", () => {
  expect(routerConfig(caddyfile, plain)).toBe(caddyfile);
});

test("an edited Caddyfile without a place for the settings is named", () => {
  const config = { ...plain, publicHost: "registry.example.org" };
  const edited = caddyfile.replace("auto_https off", "");
  expect(() => routerConfig(edited, config)).toThrow("must have once: auto_https off");
});

test.each([
  ["auto", 443, "https://registry.example.org{uri}", /^https:\/\/registry\.example\.org:8443 \{\n\theader/m],
  ["internal", 8443, "https://registry.example.org:8443{uri}", /:8443 \{\n\ttls internal\n\theader/],
  ["files", 443, "https://registry.example.org{uri}", /\ttls \/tmp\/certificate\.pem \/tmp\/\S+\n/],
] as const)("with the certificate %s and port %s, redirects go to %s", (certificate, httpsPort, to, tls) => {
  const config = routerConfig(caddyfile, {
    ...plain,
    publicHost: "registry.example.org",
    certificate,
    httpsPort,
  });
  expect(config).toContain(`redir @reads ${to} 308`);
  expect(config).toMatch(tls);
  expect(config).not.toContain("auto_https off");
});

test("only requests of trusted proxies give the client's address", () => {
  const config = routerConfig(caddyfile, { ...plain, trustedProxies: ["10.0.0.7", "fd00::/8"] });
  expect(config.match(/remote_ip 10\.0\.0\.7 fd00::\/8$/gm)).toHaveLength(2);
  expect(config).toContain("vars @direct client_address {remote_host}");
  expect(config).not.toContain("X-Real-IP {remote_host}");
});

test("dev mode changes what it must, and nothing of it is there without dev mode", () => {
  const config = routerConfig(caddyfile, { ...plain, isDevMode: true });
  expect(config).toContain("lb_try_duration 15s");
  expect(config.match(/keepalive 250ms/g)).toHaveLength(2);
  expect(config).toContain("The terminal of npm run dev shows why.");
  expect(config).toContain("@build path /dev/build");
  expect(caddyfile).not.toMatch(/keepalive 250ms|npm run dev|\/dev\//);
});
