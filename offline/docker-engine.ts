import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { Failure } from "../lib/failure.ts";
import { confirm, say } from "../lib/terminal.ts";
import { installPackages } from "./packages.ts";

const ENGINE_LOG = "/var/log/orbital-witness-dockerd.log";
/** Long, because a busy machine starts the engine slowly. If the engine ends, this is noticed at once. */
const START_SECONDS = 300;
const LOG_ADVICE = `Read ${ENGINE_LOG} (systemd: \`journalctl -u docker\`), fix the cause and try again.`;

/** Installs the distribution's Docker engine, after asking. Needs root on Debian or Ubuntu. */
export async function installDockerEngine(): Promise<void> {
  await installPackages(
    ["docker.io", "ca-certificates"],
    "the Docker engine",
    "Install Docker (https://docs.docker.com/engine/install/) and try again.",
  );
}

/** Starts an installed Docker engine, after asking, and waits until it answers. Needs root on Linux. */
export async function startDockerEngine(): Promise<void> {
  const byHand =
    "Start the Docker engine (for example `sudo systemctl start docker`, or Docker Desktop) and try again. " +
    "`npm run doctor` says how, and whether another engine answers.";
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Failure("The Docker engine is not running.", byHand);
  }
  if (!(await confirm("The Docker engine is installed but not running. Start it?"))) {
    throw new Failure("The Docker engine is not running, and starting it was declined.", byHand);
  }
  say("Starting the Docker engine");
  if (existsSync("/run/systemd/system")) {
    const start = await execa("systemctl", ["start", "docker"], { all: true, reject: false });
    if (start.failed) {
      throw new Failure(`The Docker engine could not be started: ${start.all}`, LOG_ADVICE);
    }
    return untilTheEngineAnswers(() => undefined);
  }
  const log = openSync(ENGINE_LOG, "a", 0o600);
  const folders = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
  // execa is not used, because the engine must outlive this process.
  const engine = spawn("dockerd", mtuOption(), {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, PATH: folders },
  });
  let end: string | undefined;
  engine.once("error", (error) => {
    end = error.message;
  });
  engine.once("exit", (code) => {
    end = `dockerd ended with ${code}`;
  });
  engine.unref();
  await untilTheEngineAnswers(() => end);
}

/** @param ended why the engine ended; undefined while it runs */
async function untilTheEngineAnswers(ended: () => string | undefined): Promise<void> {
  const giveUpAt = Date.now() + START_SECONDS * 1000;
  while ((await execa("docker", ["version"], { reject: false })).failed) {
    const end = ended();
    if (end !== undefined) {
      throw new Failure(`The Docker engine ended soon after its start: ${end}.`, LOG_ADVICE);
    }
    if (Date.now() > giveUpAt) {
      throw new Failure(
        `The Docker engine was started but does not answer after ${START_SECONDS} s.`,
        LOG_ADVICE,
      );
    }
    await pause(250);
  }
}

/**
 * Docker's bridge assumes packets of 1,500 bytes. If the machine's default route allows less, downloads
 * inside a build would hang, so the engine gets the smaller size.
 */
function mtuOption(): string[] {
  const [, ...routes] = readFileSync("/proc/net/route", "utf8").trim().split("\n");
  const way = routes
    .map((route) => route.split("\t"))
    .find(([, destination]) => destination === "00000000")?.[0];
  const mtu = way === undefined ? 1500 : Number(readFileSync(`/sys/class/net/${way}/mtu`, "utf8"));
  return mtu < 1500 ? ["--mtu", String(mtu)] : [];
}
