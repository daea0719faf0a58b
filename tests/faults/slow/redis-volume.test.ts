import { execa } from "execa";
import { expect, test } from "vitest";
import { setting } from "../../../commands/stack/project.ts";
import { redisStartCommand } from "../../../pulumi/components/redis-config.ts";
import { runLabel } from "../../run-label.ts";
import { appendOnlyFile, FaultStack } from "../harness/fault-stack.ts";
import { type Answer, accepted, Orders, outcomes } from "../harness/orders.ts";

const stack = await FaultStack.open();
const orders = new Orders(stack);

const label = [...runLabel, "--label", "orbital-witness.test=small-volume"];

/**
 * Replaces the stack's Redis by one on a volume of a few megabytes in memory. The engine empties such a
 * volume when no container uses it, so a second container keeps it open, and fills it.
 */
async function startOnSmallVolume() {
  const redis = await stack.clone.container("redis");
  const image = await stack.inspect(redis, "{{.Image}}");
  const { stdout: password } = await stack.exec(redis, "printenv", "REDISCLI_AUTH");
  // The services reach Redis on different networks.
  const [network = "", ...networks] = Object.keys(await stack.clone.endpointsOf(redis));
  await stack.stop(redis);
  const options = ["type=tmpfs", "device=tmpfs", "o=size=4m,uid=999,gid=999"];
  const create = ["volume", "create", ...label, ...options.flatMap((option) => ["--opt", option])];
  const { stdout: volume } = await execa("docker", create);
  const containers: string[] = [];
  await stack.begin(
    async () => {},
    async () => {
      if (containers.length > 0) await execa("docker", ["rm", "--force", ...containers]);
      await execa("docker", ["volume", "rm", volume]);
    },
  );
  const run = async (...args: string[]) => {
    const mount = ["--volume", `${volume}:/data`, "--user", "999:999", ...label];
    const env = { REDISCLI_AUTH: password };
    const { stdout: id } = await execa("docker", ["run", "--detach", "--init", ...mount, ...args], { env });
    containers.push(id);
    return { id, name: id };
  };
  const holder = await run(image, "sleep", "infinity");
  const place = ["--network", network, "--network-alias", "redis", "--env", "REDISCLI_AUTH"];
  const rights = ["--read-only", "--cap-drop", "ALL", "--restart", "unless-stopped"];
  const small = await run(...place, ...rights, image, "sh", "-c", redisStartCommand);
  for (const other of networks) {
    await execa("docker", ["network", "connect", "--alias", "redis", other, small.id]);
  }
  return { holder, small };
}

async function isApiReady(): Promise<boolean> {
  return (await stack.customer.get("/order/readyz")).status === 200;
}

test("5 Redis' volume is full: orders get 503, no accepted order is lost, then all recover", async () => {
  const { holder, small } = await startOnSmallVolume();
  await expect.poll(isApiReady, { timeout: 30_000 }).toBe(true);
  await orders.ended(await orders.place("OK5"));
  const fill = "head -c $(($(df --output=avail -B 1 /data | tail -n 1) - 150000)) /dev/zero > /data/ballast";
  expect(await stack.exec(holder, "sh", "-c", fill)).toMatchObject({ exitCode: 0 });
  const answers: Answer[] = [];
  while (answers.filter(({ status }) => status !== 202).length < 20 && answers.length < 300) {
    answers.push(await orders.post("OK55"));
  }
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 503]));
  expect(await stack.exec(holder, "rm", "/data/ballast")).toMatchObject({ exitCode: 0 });
  await expect.poll(isApiReady, { timeout: 90_000 }).toBe(true);
  expect(Number(await stack.inspect(small, "{{.RestartCount}}"))).toBeGreaterThan(0);
  const promised = answers.filter(({ status }) => status === 202).map(accepted);
  for (const id of promised) {
    expect(outcomes(await orders.ended(id))).toEqual(["completed"]);
  }
  expect((await orders.listed("OK55")).sort()).toEqual(promised.sort());
  expect((await orders.workersAtWork()).size).toBe(2);
});

test("7 Redis loads a large file: no order is lost, and none fails", async () => {
  const redis = await stack.clone.container("redis");
  const running = await orders.midPage();
  const waiting = [await orders.place("MS5000"), await orders.place("OK7"), await orders.place("OK7")];
  const stopped = await stack.stop(redis);
  // `SET filler 0` ten million times: quick to write, slow to load.
  await stack.onVolume(
    redis,
    `yes "$(printf '*3\\r\\n$3\\r\\nSET\\r\\n$6\\r\\nfiller\\r\\n$1\\r\\n0\\r')" | head -n 70000000 |
      tee --append ${appendOnlyFile} > /dev/null`,
  );
  await stopped.end();
  const ping = () => stack.exec(redis, "redis-cli", "--user", "admin", "ping");
  await expect.poll(async () => (await ping()).stdout, { timeout: 10_000 }).toMatch(/^LOADING/);
  expect(await orders.post("OK77")).toMatchObject({ status: 503, body: { code: "queue_unavailable" } });
  expect(await isApiReady()).toBe(false);
  expect((await ping()).stdout).toMatch(/^LOADING/);
  await stack.untilReady(120);
  await stack.redis("DEL", "filler");
  await stack.redis("BGREWRITEAOF");
  for (const id of [running.id, ...waiting]) {
    expect(outcomes(await orders.ended(id))).toEqual(["completed"]);
  }
  expect(await orders.listed("OK77")).toEqual([]);
});

test("`pulumi up` with another redisImage, and back: every order is still there", async () => {
  const { folder, stack: pulumi } = stack.clone;
  const usual = setting(folder, pulumi.name, "redisImage");
  const another = "orbital-witness-test/redis:another";
  const up = async (redisImage: string) => {
    await pulumi.set("redisImage", redisImage);
    await stack.clone.up();
    await stack.untilReady();
  };
  const id = await orders.place("OK71");
  const view = await orders.ended(id);
  const stored = await orders.stored();
  const imageOf = async () => stack.inspect(await stack.clone.container("redis"), "{{.Image}}");
  const image = await imageOf();
  const changed = await stack.begin(
    async () => {
      await execa("docker", ["build", "--tag", another, "-"], {
        input: `FROM ${usual}\nLABEL another=image\n`,
      });
      await up(another);
    },
    async () => {
      await up(usual);
      await execa("docker", ["image", "rm", another]);
    },
  );
  expect(await imageOf()).not.toBe(image);
  expect(await orders.stored()).toEqual(stored);
  expect(await orders.view(id)).toEqual(view);
  expect((await orders.workersAtWork()).size).toBe(2);
  const storedSince = await orders.stored();
  await changed.end();
  expect(await imageOf()).toBe(image);
  expect(await orders.stored()).toEqual(storedSince);
});
