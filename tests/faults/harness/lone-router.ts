import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { freePort } from "../../free-port.ts";
import { runLabel } from "../../run-label.ts";

const caddyfile = new URL("../../../pulumi/Caddyfile", import.meta.url);

/**
 * Starts a router with the stack's configuration, without services. Nothing listens at the address of a
 * service.
 */
export async function startLoneRouter(image: string) {
  const port = await freePort();
  // Port 9 of the container itself: connections to it are refused.
  const config = (await readFile(caddyfile, "utf8")).replaceAll(/(dynamic a \S+) 8080/g, "$1 9");
  const hosts = ["order-api", "auth-api"].flatMap((host) => ["--add-host", `${host}:127.0.0.1`]);
  const start =
    'printf %s "$CADDYFILE" > /tmp/Caddyfile; exec caddy run --config /tmp/Caddyfile --adapter caddyfile';
  const publish = ["--publish", `127.0.0.1:${port}:8080`];
  const options = ["--detach", "--rm", ...runLabel, ...publish, "--env", "CADDYFILE", ...hosts];
  const { stdout: id } = await execa("docker", ["run", ...options, image, "sh", "-c", start], {
    env: { CADDYFILE: config },
  });
  return { url: `http://127.0.0.1:${port}`, remove: () => execa("docker", ["rm", "--force", id]) };
}
