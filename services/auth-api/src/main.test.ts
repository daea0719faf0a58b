import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const secret = "0123456789abcdef0123456789abcdef";

/** The service's process with these variables and no others; its lines of log so far are in `lines`. */
function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "pipe"] });
  const output: string[] = [];
  child.stdout.on("data", (data) => output.push(String(data)));
  child.stderr.on("data", (data) => output.push(String(data)));
  const lines = () =>
    output
      .join("")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  return { child, lines, exited: once(child, "exit") };
}

test.each([
  [{}, "JWT_SECRET is not set"],
  [{ JWT_SECRET: "only11bytes" }, "JWT_SECRET is wrong"],
  [{ JWT_SECRET: secret, TOKEN_SECONDS: "0" }, 'TOKEN_SECONDS is "0"'],
  [{ JWT_SECRET: secret, PORT: "x" }, 'PORT is "x"'],
])("%j ends the process with one line that says why", async (env, message) => {
  const { lines, exited } = start(env);
  expect(await exited).toEqual([1, null]);
  expect(lines()).toEqual([
    expect.objectContaining({ level: "fatal", msg: expect.stringContaining(message) }),
  ]);
});

test("SIGTERM finishes what runs, takes nothing new and exits 0", async () => {
  const port = 20_000 + (process.pid % 10_000);
  const { child, lines, exited } = start({ JWT_SECRET: secret, PORT: String(port) });
  await expect
    .poll(() =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        (r) => r.status,
        () => 0,
      ),
    )
    .toBe(200);

  const body = new URLSearchParams({ username: "alice", password: "password" });
  const running = fetch(`http://127.0.0.1:${port}/token`, { method: "POST", body });
  await new Promise((resolve) => setTimeout(resolve, 15));
  child.kill("SIGTERM");
  const { status, headers } = await running;
  expect(status).toBe(200);
  // The router keeps idle connections for 120 s; this test's own is still open when the process ends.
  expect(headers.get("Keep-Alive")).toBe("timeout=130");
  expect(await exited).toEqual([0, null]);
  expect(lines().map((line) => line.msg)).toContain("stopped");
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
});
