import { createHash } from "node:crypto";
import { type RedisUser, redisUsers, rulesOf } from "@orbital-witness/common/redis/redis-users.ts";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { healthy } from "../health/healthy.ts";
import { keepsData, labelsOf, nameOf } from "../names.ts";
import { hardenedContainer } from "./hardened-container.ts";
import {
  redisAccessCommand,
  redisAccessReadyCommand,
  redisReadyCommand,
  redisStartCommand,
} from "./redis-config.ts";

export interface RedisArgs {
  readonly image: string;
  /** The networks on which the services reach Redis. */
  readonly networks: readonly docker.Network[];
  /** The version of the passwords that the services use. Each version has its own random passwords. */
  readonly passwordVersion: number;
  /** Whether Redis also accepts the passwords of the version before. */
  readonly acceptsPreviousPassword: boolean;
}

/**
 * The queue and the orders' records. Every write is on disk before it is answered; nothing is evicted. Each
 * service has its own user.
 */
export class Redis extends pulumi.ComponentResource {
  readonly container: docker.Container;
  /** Gives Redis the users of the services. */
  readonly access: docker.Container;
  /** `access`, once it is healthy: a service can connect then. */
  readonly ready: pulumi.Output<docker.Container>;
  /** The volume that Redis writes to. */
  readonly volume: docker.Volume;
  /** The `redis://` address of each service, with its user and password: a secret. */
  readonly urls: Readonly<Record<RedisUser, pulumi.Output<string>>>;

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
    const password = (of: string) =>
      new random.RandomPassword(`${name}-${of}-password`, { length: 40, special: false }, { parent: this })
        .result;
    const admin = password("admin");
    const passwordsOf = (user: RedisUser) => {
      const current = password(`${user}-${args.passwordVersion}`);
      const previous = args.passwordVersion - 1;
      const hasPrevious = args.acceptsPreviousPassword && previous >= 1;
      return { current, accepted: hasPrevious ? [current, password(`${user}-${previous}`)] : [current] };
    };
    const users = redisUsers.map((user) => ({ user, ...passwordsOf(user) }));

    this.container = new docker.Container(
      nameOf(name),
      {
        ...hardenedContainer({
          part: name,
          image: image.imageId,
          networks: args.networks,
          // redis-cli reads the administrator's password from this variable.
          environment: { REDISCLI_AUTH: admin },
          readyCommand: redisReadyCommand,
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
    this.access = new docker.Container(
      nameOf(`${name}-access`),
      {
        ...hardenedContainer({
          part: `${name}-access`,
          image: image.imageId,
          networks: args.networks.slice(0, 1),
          environment: {
            REDISCLI_AUTH: admin,
            REDIS_USERS: pulumi
              .all(users.map(({ user, accepted }) => setUser(user, accepted)))
              .apply((lines) => lines.join("\n")),
          },
          readyCommand: redisAccessReadyCommand,
          memoryMegabytes: 32,
          stopSeconds: 5,
        }),
        user: "999:999",
        entrypoints: ["sh", "-c"],
        command: [redisAccessCommand],
      },
      // Two of them would overwrite each other's passwords.
      { parent: this, deleteBeforeReplace: true, dependsOn: [healthy(this.container)] },
    );
    this.ready = healthy(this.access);
    const urlOf = (user: RedisUser) => {
      const current = users.find((each) => each.user === user)?.current;
      return pulumi.interpolate`redis://${user}:${current}@${name}:6379`;
    };
    this.urls = { "order-api": urlOf("order-api"), "ocr-worker": urlOf("ocr-worker") };
    this.registerOutputs({});
  }
}

/** A line for redis-cli that sets a user. It has the hashes of the passwords. */
function setUser(user: RedisUser, passwords: readonly pulumi.Output<string>[]): pulumi.Output<string> {
  const rules = rulesOf(user);
  return pulumi
    .all([...passwords])
    .apply((plain) => plain.map((text) => `#${createHash("sha256").update(text).digest("hex")}`))
    .apply((hashes) => ["acl", "setuser", user, ...rules, ...hashes].join(" "));
}
