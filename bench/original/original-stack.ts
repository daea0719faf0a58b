import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { SignJWT } from "jose";
import { poll } from "../../lib/poll.ts";
import { say } from "../../lib/terminal.ts";
import { redisStartCommand } from "../../pulumi/components/redis-config.ts";
import { freePort } from "../../tests/free-port.ts";
import { MeasuredRedis } from "../orders/measured-redis.ts";
import { type ContainerClock, processTreeUs } from "../orders/processor-time.ts";
import type { Subject } from "../orders/subject.ts";
import { installPythonPackages } from "./python-packages.ts";

const START_SECONDS = 30;
/** What gunicorn recommends for its default workers, each of which serves one request at a time. */
const gunicornWorkers = 2 * availableParallelism() + 1;

export type OriginalOptions = {
  /** Begins the names of the containers and of the image. */
  name: string;
  nodeImage: string;
  redisImage: string;
  /** The fields of the orders that will be placed. */
  order: Record<string, string>;
  clock: ContainerClock;
};

export type OriginalStack = { subject: Subject; remove: () => Promise<void> };

/**
 * Starts the original's stack: HAProxy, gunicorn with Flask, and a Redis with the settings of ours. Nothing
 * has a network of its own: gunicorn runs on this machine, HAProxy and Redis in containers that use the
 * machine's network. @returns undefined, after saying why, if a part cannot be downloaded
 */
export async function startOriginal(options: OriginalOptions): Promise<OriginalStack | undefined> {
  const { name, nodeImage, redisImage, order, clock } = options;
  const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-original-"));
  const [redisPort, appPort, routerPort] = [await freePort(), await freePort(), await freePort()];
  const [redisName, routerName, routerImage] = [`${name}-redis`, `${name}-router`, `${name}-haproxy`];
  const cancel = new AbortController();
  let gunicorn: Promise<unknown> = Promise.resolve();
  const remove = async () => {
    cancel.abort();
    await gunicorn;
    await execa("docker", ["rm", "--force", "--volumes", redisName, routerName], { reject: false });
    await execa("docker", ["image", "rm", routerImage], { reject: false });
    await rm(folder, { recursive: true });
  };
  try {
    say("Installing the original's stack (Flask, RQ, gunicorn and HAProxy)");
    const programs = await installPythonPackages(folder);
    const hasRouter = programs !== undefined && (await buildRouter(routerImage, nodeImage));
    if (programs === undefined || !hasRouter) {
      await remove();
      return undefined;
    }
    const password = randomBytes(20).toString("hex");
    const jwtSecret = randomBytes(48).toString("hex");
    const redisId = await run(
      [...["--name", redisName, "--volume", "/data", "--user", "999:999", "--env", "REDISCLI_AUTH"]],
      [redisImage, redisStartCommand.replace("<<", `--port ${redisPort} --bind 127.0.0.1 <<`)],
      { REDISCLI_AUTH: password },
    );
    const app = execa(
      path.join(programs, "gunicorn"),
      ["--workers", String(gunicornWorkers), "--bind", `127.0.0.1:${appPort}`, "app:app"],
      {
        cwd: import.meta.dirname,
        env: {
          JWT_SECRET: jwtSecret,
          REDIS_URL: `redis://admin:${password}@127.0.0.1:${redisPort}`,
          PYTHONDONTWRITEBYTECODE: "1",
        },
        cancelSignal: cancel.signal,
        all: true,
        reject: false,
      },
    );
    gunicorn = app;
    const routerId = await run(
      [
        ...["--name", routerName, "--env", "ROUTER_PORT", "--env", "APP_PORT"],
        ...["--volume", `${path.join(import.meta.dirname, "haproxy.cfg")}:/haproxy.cfg:ro`],
      ],
      [routerImage, "exec haproxy -db -f /haproxy.cfg"],
      { ROUTER_PORT: String(routerPort), APP_PORT: String(appPort) },
    );
    const url = `http://127.0.0.1:${routerPort}`;
    await Promise.race([untilReady(`${url}/health`), app.then(({ all }) => Promise.reject(new Error(all)))]);
    const redis = new MeasuredRedis(redisId, redisPort);
    const service = () => processTreeUs(app.pid ?? Number.NaN);
    const processorUs = {
      router: () => clock.usedUs(routerId),
      service,
      redis: () => clock.usedUs(redisId),
    };
    const body = new URLSearchParams({ ...order, token: await issueToken(jwtSecret) }).toString();
    return { subject: { name: "original", url: `${url}/orders`, body, redis, processorUs }, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A token as the original's Auth API signs it, with the claims that its Order API requires. */
function issueToken(secret: string): Promise<string> {
  return new SignJWT({ user_id: 1, username: "alice", can_order: true })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer("orbital-witness/auth-api")
    .setAudience("orbital-witness/order-api")
    .setSubject("1")
    .setIssuedAt()
    .setExpirationTime("1 day")
    .sign(new TextEncoder().encode(secret));
}

/** Starts a container on the machine's network. @returns its id */
async function run(
  options: string[],
  [image, command]: [string, string],
  env: Record<string, string>,
): Promise<string> {
  const all = ["--detach", "--init", "--network", "host", ...options, "--entrypoint", "sh"];
  return (await execa("docker", ["run", ...all, image, "-c", command], { env })).stdout;
}

/** Installs Debian's HAProxy into the image that our services are built from. */
async function buildRouter(image: string, nodeImage: string): Promise<boolean> {
  const dockerfile =
    `FROM ${nodeImage}\nUSER root\nRUN apt-get update && apt-get install --yes --no-install-recommends ` +
    "haproxy\n";
  const build = await execa("docker", ["build", "--quiet", "--tag", image, "-"], {
    input: dockerfile,
    env: { DOCKER_BUILDKIT: "0" },
    all: true,
    reject: false,
  });
  if (build.failed) {
    const reason = build.all?.trim().split("\n").at(-1);
    say(`The original's stack is left out: HAProxy cannot be installed (${reason})`);
  }
  return !build.failed;
}

async function untilReady(url: string): Promise<void> {
  const look = async () => {
    const answer = await fetch(url).catch(() => undefined);
    return answer?.status === 204 ? true : undefined;
  };
  const late = () => new Error(`the original's stack does not answer after ${START_SECONDS} s`);
  await poll(look, { everyMs: 200, limitMs: START_SECONDS * 1000, late });
}
