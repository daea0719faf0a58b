import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { keepsData, labelsOf, nameOf } from "../names.ts";
import { redisStartCommand } from "../redis-config.ts";
import { hardenedContainer } from "./hardened-container.ts";

export interface RedisArgs {
  readonly image: string;
  readonly network: docker.Network;
}

/** The queue and the orders' records. Every write is on disk before it is answered; nothing is evicted. */
export class Redis extends pulumi.ComponentResource {
  readonly container: docker.Container;
  /** The volume that Redis writes to. */
  readonly volume: docker.Volume;
  /** `redis://` address with the password, a secret. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: RedisArgs, options?: pulumi.ComponentResourceOptions) {
    super(
      "orbital-witness:index:Redis",
      name,
      {},
      pulumi.mergeOptions(options, { aliases: [{ type: "orbital-witness:Redis" }] }),
    );
    const image = new docker.RemoteImage(
      `${name}-image`,
      { name: args.image, keepLocally: true },
      { parent: this },
    );
    this.volume = new docker.Volume(
      nameOf(`${name}-data`),
      { labels: labelsOf("redis-data") },
      { parent: this, ...keepsData },
    );
    const password = new random.RandomPassword(
      `${name}-password`,
      { length: 40, special: false },
      { parent: this },
    );

    this.container = new docker.Container(
      nameOf(name),
      {
        ...hardenedContainer({
          part: name,
          image: image.imageId,
          networks: [args.network],
          // redis-cli reads the password from this variable.
          environment: { REDISCLI_AUTH: password.result },
          readyCommand: "timeout 3 redis-cli ping | grep -qx PONG",
          // Twice Redis' own limit, because Redis copies the memory pages that change while it rewrites its
          // file.
          memoryMegabytes: 768,
          stopSeconds: 30,
        }),
        // The number of the user `redis` in the public images. In another image the name may have another
        // number, which could not read the volume.
        user: "999:999",
        entrypoints: ["sh", "-c"],
        command: [redisStartCommand],
        volumes: [{ volumeName: this.volume.name, containerPath: "/data" }],
      },
      // Two servers must never use the same volume.
      { parent: this, deleteBeforeReplace: true },
    );
    this.url = pulumi.interpolate`redis://:${password.result}@${name}:6379`;
    this.registerOutputs({ url: this.url });
  }
}
