import { randomBytes, randomInt } from "node:crypto";
import { execa } from "execa";
import { poll } from "../../../lib/poll.ts";
import { redisStartCommand } from "../../../pulumi/components/redis-config.ts";
import { runLabel } from "../../run-label.ts";

const label = [...runLabel, "--label", "orbital-witness.test=exchanged-addresses"];
const startLimitMs = 60_000;

/**
 * Starts a Redis and a worker on a separate network, and exchanges their addresses while the worker works.
 * What the worker then sends to Redis' old address reaches the worker itself, and its connection stays
 * ESTABLISHED. The network has its own subnet, because only there Docker assigns requested addresses.
 */
export async function exchangeAddresses(images: { redis: string; worker: string }) {
  const password = randomBytes(16).toString("hex");
  const subnet = `198.18.${randomInt(256)}`;
  const addresses = { redis: `${subnet}.2`, worker: `${subnet}.3` };
  const created: string[][] = [];
  const docker = async (args: string[], env: Record<string, string> = {}) =>
    (await execa("docker", args, { env })).stdout.trim();
  const remove = async () => {
    for (const args of created.reverse()) await docker(args);
  };

  const network = await docker([
    "network",
    "create",
    ...label,
    "--internal",
    "--subnet",
    `${subnet}.0/28`,
    `exchange-${randomInt(1e9)}`,
  ]);
  created.push(["network", "rm", network]);
  try {
    const start = async (
      name: "redis" | "worker",
      env: Record<string, string>,
      command: string[],
      ...more: string[]
    ) => {
      const place = ["--network", network, "--network-alias", name, "--ip", addresses[name]];
      const names = Object.keys(env).flatMap((key) => ["--env", key]);
      const id = await docker(
        ["run", "--detach", ...label, ...place, ...names, ...more, images[name], ...command],
        env,
      );
      created.push(["rm", "--force", "--volumes", id]);
      return id;
    };
    const redis = await start("redis", { REDISCLI_AUTH: password }, ["sh", "-c", redisStartCommand]);
    const environment = {
      REDIS_URL: `redis://admin:${password}@redis:6379`,
      DOCUMENTS_URL: "http://nowhere.invalid",
      RESULTS_FOLDER: "/results",
      UPLOADS_FOLDER: "/results",
      RESULT_DAYS: "1",
      INSTANCE: "exchanged",
    };
    const worker = await start("worker", environment, [], "--tmpfs", "/results:mode=1777");

    /** When Redis last saw the worker, in ms since the epoch. */
    const seenAt = async () => {
      const ask = [
        "exec",
        redis,
        "redis-cli",
        "--user",
        "admin",
        "zscore",
        "orders:workers",
        environment.INSTANCE,
      ];
      const { stdout } = await execa("docker", ask, { reject: false });
      return Number(stdout) || 0;
    };
    const seenAfter = async (time: number, limitMs: number) => {
      const look = async () => ((await seenAt()) > time ? true : undefined);
      const late = () => new Error(`Redis did not see the worker within ${limitMs} ms`);
      await poll(look, { everyMs: 500, limitMs, late });
    };

    await seenAfter(0, startLimitMs);
    for (const id of [redis, worker]) await docker(["network", "disconnect", network, id]);
    const connect = (name: "redis" | "worker", id: string, address: string) =>
      docker(["network", "connect", "--alias", name, "--ip", address, network, id]);
    await connect("redis", redis, addresses.worker);
    await connect("worker", worker, addresses.redis);
    const connectedAt = Date.now();
    return { backAtWork: (limitMs: number) => seenAfter(connectedAt, limitMs), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
