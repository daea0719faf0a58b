import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { Failure } from "../commands/failure.ts";
import { confirm, say } from "../commands/terminal.ts";
import { installPackages } from "./packages.ts";

const ENGINE_LOG = "/var/log/orbital-witness-dockerd.log";
const START_SECONDS = 60;

/** Installs the distribution's Docker engine, after asking. Needs root on Debian or Ubuntu. */
export async function installDockerEngine(): Promise<void> {
  await installPackages(["docker.io", "ca-certificates"], "the Docker engine");
}

/** Starts an installed Docker engine, after asking, and waits until it answers. Needs root on Linux. */
export async function startDockerEngine(): Promise<void> {
  const byHand =
    "Start the Docker engine (for example `sudo systemctl start docker`, or Docker Desktop) and try again.";
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Failure("The Docker engine is not running.", byHand);
  }
  if (!(await confirm("The Docker engine is installed but not running. Start it?"))) {
    throw new Failure("The Docker engine is not running, and was not to be started.", byHand);
  }
  say("Starting the Docker engine");
  if (existsSync("/run/systemd/system")) {
    await execa("systemctl", ["start", "docker"]);
  } else {
    const log = openSync(ENGINE_LOG, "a", 0o600);
    // Not by execa: the engine is to outlive this process.
    spawn("dockerd", mtuOption(), { detached: true, stdio: ["ignore", log, log] }).unref();
  }
  await untilTheEngineAnswers();
}

async function untilTheEngineAnswers(): Promise<void> {
  const giveUpAt = Date.now() + START_SECONDS * 1000;
  while ((await execa("docker", ["version"], { reject: false })).failed) {
    if (Date.now() > giveUpAt) {
      throw new Failure(
        `The Docker engine was started but does not answer after ${START_SECONDS} s.`,
        `Read the end of ${ENGINE_LOG} (or \`journalctl -u docker\`), mend what it names and try again.`,
      );
    }
    await pause(250);
  }
}

/**
 * Docker's bridge assumes packets of 1,500 bytes. Where this machine's own way out takes less, downloads
 * inside a build would hang, so the engine is told.
 */
function mtuOption(): string[] {
  const [, ...routes] = readFileSync("/proc/net/route", "utf8").trim().split("\n");
  const way = routes
    .map((route) => route.split("\t"))
    .find(([, destination]) => destination === "00000000")?.[0];
  const mtu = way === undefined ? 1500 : Number(readFileSync(`/sys/class/net/${way}/mtu`, "utf8"));
  return mtu < 1500 ? ["--mtu", String(mtu)] : [];
}
