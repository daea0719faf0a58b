import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../../free-port.ts";
import { STACK, StackUnderTest } from "../../../stack/stack-under-test.ts";

/** The router's volume with certificates only exists with HTTPS. */
const https = { publicHost: "witness.test", tlsIssuer: "internal" };

let clone: StackUnderTest;
let usualRedis: string;

beforeAll(async () => {
  const ports = { httpsPort: String(await freePort()), localPort: String(await freePort()) };
  clone = await StackUnderTest.make({ ...https, ...ports, ocrWorkers: "1" });
  // A disk of its own, which a test can fill.
  const labels = 'labels: labelsOf("redis-data")';
  const small = `${labels}, driverOpts: { type: "tmpfs", device: "tmpfs", o: "size=256m,mode=1777" }`;
  await clone.edit("pulumi/components/redis.ts", (text) => text.replace(labels, small));
  // So that a part that waits in vain fails sooner.
  await clone.edit("pulumi/health/healthy.ts", (text) =>
    text.replace("quietSeconds = 60", "quietSeconds = 30"),
  );
  await clone.up();
  usualRedis = await clone.imageOf(await clone.container("redis"));
});

afterAll(async () => {
  await clone?.remove();
});

/** The last test may have left a part that is not well. */
beforeEach(async () => {
  await clone.up();
}, 300_000);

/** What `up` prints when it fails. */
async function failedUp(): Promise<string> {
  const args = ["up", "--stack", STACK, "--yes", "--skip-preview"];
  const { failed, stdout, stderr } = await clone.stack.cli.run(args, { quiet: true });
  expect(failed, `${stdout}${stderr}`).toBe(true);
  return `${stdout}\n${stderr}`;
}

async function status(): Promise<string> {
  const args = ["commands/status/status.ts", "--stack", STACK];
  const { stdout, exitCode } = await execa("node", args, { cwd: clone.folder, reject: false });
  expect(exitCode, stdout).toBe(1);
  return stdout;
}

/** `text`: without what each run changes. `log`: the lines of the part's log. */
type Explained = { text: string; log: string[] };

/** The explanation of a part in an output, from its first line to the next command. */
function explanationIn(said: string, part: string, isEnding: boolean): Explained {
  const found = new RegExp(`(?:error: |✗ )(${part} (?:exits|is) .*?\\n +Next: [^\\n]+)`, "s").exec(said)?.[1];
  if (found === undefined) throw new Error(`${part} is not explained in:\n${said}`);
  const lines = found
    .replace(/-[0-9a-f]{7}\b/g, "-<id>")
    .replace(/\d\d:\d\d:\d\d\.\d{3}/g, "<time>")
    // Without the code, if the engine was too slow to be seen between two starts.
    .replace(/[23] times in \d+\.\d s(?:, the last time with code \d+)?/, "<n> times in <n> s")
    .split("\n")
    .map((line) => line.trim());
  const log = lines.filter((line) => line.startsWith("<time>"));
  const [what, container, waits, check] = lines;
  const rest = lines.filter((line) => /^(?:Cause|Next)/.test(line));
  const probe = isEnding ? [] : [check];
  return { text: [what, container, waits, ...probe, ...rest, ""].join("\n"), log };
}

/** The containers of a part, stopped ones too. */
async function containersOf(part: string): Promise<string[]> {
  const labels = [...clone.stack.containers.labels, `orbital-witness.part=${part}`];
  const filters = labels.flatMap((label) => ["--filter", `label=${label}`]);
  const { stdout } = await execa("docker", ["ps", "--all", "--quiet", ...filters]);
  return stdout.split("\n").filter((id) => id !== "");
}

async function remove(part: string): Promise<void> {
  await execa("docker", ["rm", "--force", ...(await containersOf(part))]);
}

/** Runs a shell command as root in the folder of a volume that a part has. */
async function onVolume(part: string, folder: string, command: string): Promise<void> {
  const [id = ""] = await containersOf(part);
  const run = ["run", "--rm", "--volumes-from", id, "--user", "0:0", "--workdir", folder];
  await execa("docker", [...run, "--entrypoint", "sh", usualRedis, "-ec", command]);
}

/** Passwords and keys in the environments of the stack's containers. */
async function secretValues(): Promise<string[]> {
  const ids = (await Promise.all(["auth-api", "order-api", "redis"].map(containersOf))).flat();
  const inspect = [
    "inspect",
    "--format",
    "{{range .Config.Env}}{{println .}}{{end}}",
    ...ids.filter(Boolean),
  ];
  const { stdout } = await execa("docker", inspect);
  const found = [...stdout.matchAll(/^(?:SESSION_SECRET|PROGRAM_PASSWORD|REDISCLI_AUTH)=(.{20,})$/gm)];
  const keys = [...stdout.matchAll(/"d":"([^"]{20,})"|redis:\/\/[^:]+:([^@]{20,})@/g)];
  return [...found, ...keys].map(([, one, other]) => one ?? other ?? "");
}

/** Changes a file of the clone until the end of the test. */
async function edited(file: string, from: string, to: string): Promise<void> {
  onTestFinished(
    await clone.edit(file, (text) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    }),
  );
}

/** A way to break a part. The end of the test repairs it. */
type Fault = {
  name: string;
  part: string;
  /** The part exits again and again. */
  isEnding?: boolean;
  /** A line of its log that says why. */
  logged?: RegExp;
  begin: () => Promise<void>;
};

const onRedis = (command: string) => onVolume("redis", "/data", command);
const onAccounts = (command: string) => onVolume("auth-api", "/accounts", command);

const faults: readonly Fault[] = [
  {
    name: "redis-volume-of-another-user",
    ...{ part: "redis", isEnding: true },
    logged: /can't cd to \/data/,
    begin: async () => {
      await onRedis("chown -R 4321:4321 . && chmod -R go= .");
      onTestFinished(() => onRedis("chown -R 999:999 ."));
      await remove("redis");
    },
  },
  {
    name: "redis-file-damaged",
    ...{ part: "redis", isEnding: true },
    logged: /Bad file format reading the append only file/,
    begin: async () => {
      const files = "appendonlydir/*.incr.aof";
      await onRedis(`cp -a appendonlydir kept; for f in ${files}; do echo no command > "$f"; done`);
      onTestFinished(() => onRedis("rm -r appendonlydir && mv kept appendonlydir"));
      await remove("redis");
    },
  },
  {
    name: "redis-disk-full",
    ...{ part: "redis", isEnding: true },
    logged: /I\/O error|No space left/,
    begin: async () => {
      // As in a new stack: there are no users yet.
      await onRedis("mv users.acl kept; head -c 1T /dev/zero > ballast 2>/dev/null || true");
      onTestFinished(() => onRedis("rm -f ballast users.acl.new && mv kept users.acl"));
      await remove("redis");
    },
  },
  {
    name: "redis-before-7",
    part: "redis-access",
    logged: /Redis did not take the users of the services: ERR/,
    // Redis 6 has no selectors for reading and writing. It refuses their rules as Redis 7 refuses this one.
    begin: () =>
      edited("pulumi/components/redis.ts", '["acl", "setuser", user,', '["acl", "setuser", user, "%Q~*",'),
  },
  {
    name: "redis-password-wrong",
    part: "order-api",
    begin: () => edited("pulumi/components/redis.ts", `\${user}:\${current}@`, `\${user}:wrong-\${current}@`),
  },
  {
    name: "accounts-damaged",
    part: "auth-api",
    logged: /the account store fails/,
    begin: async () => {
      await onAccounts("cp -a accounts.sqlite kept; rm -f accounts.sqlite-*; echo none > accounts.sqlite");
      onTestFinished(() => onAccounts("rm -f accounts.sqlite* && mv kept accounts.sqlite"));
      await remove("auth-api");
    },
  },
  {
    name: "certificates-of-another-user",
    ...{ part: "router", isEnding: true },
    logged: /root\.crt: permission denied/,
    begin: async () => {
      await onVolume("router", "/var/tmp", "chown -R 4321:4321 . && chmod -R go= .");
      onTestFinished(() => onVolume("router", "/var/tmp", "chmod -R a+rwX ."));
      await remove("router");
    },
  },
  {
    name: "key-unset",
    ...{ part: "order-api", isEnding: true },
    logged: /TOKEN_KEYS is not set/,
    begin: () => edited("pulumi/environments.ts", "    TOKEN_KEYS: accepted,\n", ""),
  },
  {
    name: "code-broken",
    ...{ part: "order-api", isEnding: true },
    logged: /services\/order-api\/src\/main\.ts:\d+/,
    begin: () =>
      edited("services/order-api/src/main.ts", "await runService", "const password = = 1;\nawait runService"),
  },
  {
    name: "code-throws-a-secret",
    ...{ part: "auth-api", isEnding: true },
    logged: /Error: \*+/,
    begin: () =>
      edited(
        "services/auth-api/src/main.ts",
        "await runService",
        "throw new Error(process.env.TOKEN_KEY + process.env.SESSION_SECRET);\nawait runService",
      ),
  },
  {
    name: "out-of-memory",
    ...{ part: "auth-api", isEnding: true },
    begin: () => edited("pulumi/index.ts", "memoryMegabytes: 384,", "memoryMegabytes: 24,"),
  },
];

describe("a part that does not become healthy", () => {
  it.each(faults)("$name", { timeout: 400_000 }, async ({ name, part, isEnding = false, logged, begin }) => {
    await begin();
    const secrets = await secretValues();
    const said = await failedUp();
    const after = await status();
    const explained = explanationIn(said, part, isEnding);
    await expect(explained.text).toMatchFileSnapshot(path.join("explained", `${name}.txt`));
    if (logged) expect(explained.log).toContainEqual(expect.stringMatching(logged));
    // The same is shown later, but for the state of the moment.
    const later = explanationIn(after, part, isEnding);
    expect(later.text.split("\n").slice(1)).toEqual(explained.text.split("\n").slice(1));
    expect(secrets.length).toBeGreaterThan(1);
    for (const secret of secrets) expect(said + after).not.toContain(secret);
  });

  it("keeps what depends on it from being created", { timeout: 400_000 }, async () => {
    await edited("pulumi/components/redis-config.ts", "exec redis-server", "exec no-redis-server");
    await remove("order-api");
    await failedUp();
    expect(await containersOf("order-api")).toEqual([]);
  });

  it("is explained by the status when somebody paused it", async () => {
    // Its log has nothing of other tests.
    await remove("auth-api");
    await clone.up();
    const { id } = await clone.container("auth-api");
    await execa("docker", ["pause", id]);
    onTestFinished(async () => void (await execa("docker", ["unpause", id])));
    const explained = explanationIn(await status(), "auth-api", true);
    await expect(explained.text).toMatchFileSnapshot(path.join("explained", "paused.txt"));
  });
});
