import { createHash } from "node:crypto";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { labelsOf } from "../names.ts";

export interface HardenedContainerArgs {
  /** The part of the stack, which is also the host name for other containers: `redis`, `auth-api`. */
  readonly part: string;
  /** An image's id, never a tag: Pulumi does not notice a changed image behind a fixed tag. */
  readonly image: pulumi.Input<string>;
  readonly networks: readonly docker.Network[];
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Shell command that succeeds while the container is ready, and takes a few seconds at most. If it fails,
   * its last line says why, without secrets.
   */
  readonly readyCommand: string;
  readonly memoryMegabytes: number;
  /** Time between the signal to stop and the kill. */
  readonly stopSeconds: number;
}

/**
 * The common inputs of all containers: only the privileges that are needed, bounded memory and logs, a health
 * check, and time to finish work before a stop. `healthy` waits for the check.
 */
export function hardenedContainer(args: HardenedContainerArgs) {
  const healthcheck = {
    tests: ["CMD-SHELL", soonThenSeldom(args.readyCommand)],
    interval: "1s",
    timeout: `${CALM_SECONDS + 6}s`,
    retries: 3,
    startPeriod: goDuration(START_PERIOD_SECONDS),
  };
  return {
    image: args.image,
    envs: Object.entries(args.environment ?? {}).map(([name, value]) => pulumi.interpolate`${name}=${value}`),
    networkMode: "bridge",
    networksAdvanced: args.networks.map((network) => ({ name: network.name, aliases: [args.part] })),
    healthcheck,
    // The provider does not notice a change of the health check alone, but it notices a changed label.
    labels: labelsOf(args.part, { healthcheck: shortHash(JSON.stringify(healthcheck)) }),
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    readOnly: true,
    tmpfs: { "/tmp": "rw,noexec,nosuid,size=64m" },
    init: true,
    memory: args.memoryMegabytes,
    memorySwap: args.memoryMegabytes,
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
    restart: "unless-stopped",
    stopTimeout: args.stopSeconds,
    destroyGraceSeconds: args.stopSeconds,
  } satisfies docker.ContainerArgs;
}

/** How long failed checks do not make a container unhealthy. This is longer than `pulumi up` waits. */
const START_PERIOD_SECONDS = 600;
/** The pause before a container that was ready is checked again. */
const CALM_SECONDS = 9;

/**
 * Checks every second until the container is ready, and then every ten seconds: each check costs the engine
 * 0.1 s of processor time. Engines before 25 have no `start_interval` for this.
 */
function soonThenSeldom(command: string): string {
  return (
    `[ ! -e /tmp/ready ] || sleep ${CALM_SECONDS}; ` +
    `if ${command}; then touch /tmp/ready; ` +
    // The exit code of `timeout`, which says nothing itself.
    'else [ $? -ne 124 ] || echo "no answer within 3 s"; rm -f /tmp/ready; exit 1; fi'
  );
}

/** Durations in the engine's notation (`1m0s`); any other notation would count as a change. */
function goDuration(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
