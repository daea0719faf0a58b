import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { type RedisUser, redisUsers, rulesOf } from "@orbital-witness/common/redis/redis-users.ts";
import { createClient } from "redis";
import { parse } from "yaml";
import { z } from "zod";
import { poll } from "../../lib/poll.ts";
import { redisStartCommand } from "../../pulumi/components/redis-config.ts";
import { freePort } from "../free-port.ts";
import { runLabel } from "../run-label.ts";

const run = promisify(execFile);

const startLimitMs = 20_000;

/** A Redis with the stack's configuration and users, on a random port of 127.0.0.1. */
export type RedisContainer = {
  /** The address for its administrator. */
  url: string;
  pause(): Promise<void>;
  unpause(): Promise<void>;
  /** Kills it at once, as a crash would. `start` starts it again with its data. */
  kill(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
};

export async function startRedisContainer(): Promise<RedisContainer> {
  const password = randomBytes(16).toString("hex");
  // Docker would choose another port when the container starts again.
  const port = await freePort();
  const options = ["--detach", "--publish", `127.0.0.1:${port}:6379`, "--env", "REDISCLI_AUTH"];
  const label = [...runLabel, "--label", "orbital-witness.test=redis"];
  const args = ["run", ...options, ...label, await redisImage(), "sh", "-c", redisStartCommand];
  const { stdout } = await run("docker", args, { env: { ...process.env, REDISCLI_AUTH: password } });
  const id = stdout.trim();
  const docker = async (...words: string[]) => {
    await run("docker", [...words, id]);
  };
  const url = `redis://admin:${password}@127.0.0.1:${port}`;
  const remove = () => docker("rm", "--force", "--volumes");
  try {
    await untilReady(url);
    await setUsers(url, password);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    url,
    pause: () => docker("pause"),
    unpause: () => docker("unpause"),
    kill: () => docker("kill"),
    start: async () => {
      await docker("start");
      await untilReady(url);
    },
    remove,
  };
}

/** Returns the address of a test's Redis for another of its users. */
export function redisUrlAs(user: RedisUser, url: string): string {
  const address = new URL(url);
  address.username = user;
  return address.href;
}

/** The services' users, with the administrator's password. They may also choose a database. */
async function setUsers(url: string, password: string): Promise<void> {
  const client = createClient({ url });
  await client.connect();
  for (const user of redisUsers) await client.aclSetUser(user, [...rulesOf(user), `>${password}`, "+select"]);
  await client.aclSave();
  client.destroy();
}

/** TEST_REDIS_IMAGE, or the image that the program uses. */
async function redisImage(): Promise<string> {
  const given = process.env.TEST_REDIS_IMAGE;
  if (given) return given;
  const project = await readFile(new URL("../../Pulumi.yaml", import.meta.url), "utf8");
  const schema = z.object({ config: z.object({ redisImage: z.object({ default: z.string() }) }) });
  return schema.parse(parse(project)).config.redisImage.default;
}

async function untilReady(url: string): Promise<void> {
  let cause: unknown;
  const look = async () => {
    const client = createClient({ url, socket: { reconnectStrategy: false } });
    // `connect` below rejects with the same error.
    client.on("error", () => {});
    try {
      await client.connect();
      return await client.ping();
    } catch (error) {
      cause = error;
      return undefined;
    } finally {
      client.destroy();
    }
  };
  const late = () => new Error(`Redis was not ready within ${startLimitMs} ms`, { cause });
  await poll(look, { everyMs: 100, limitMs: startLimitMs, late });
}
