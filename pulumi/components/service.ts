import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { healthy } from "../health/healthy.ts";
import { nameOf } from "../names.ts";
import { devService, isDevMode } from "./dev-mode.ts";
import { hardenedContainer } from "./hardened-container.ts";
import { serviceImage } from "./service-image.ts";

export interface VolumeMount {
  readonly volume: docker.Volume;
  readonly path: string;
  readonly readOnly?: boolean;
}

export interface ServiceArgs {
  readonly nodeImage: string;
  readonly networks: readonly docker.Network[];
  /**
   * The environment variables of the service: only those that it needs, because every copy of a secret can
   * leak.
   */
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** Build arguments of this service, in addition to those of every service. */
  readonly buildArguments?: Readonly<Record<string, string>>;
  /** The image must have these folders, owned by `node`, because a new volume gets their owner. */
  readonly volumes?: readonly VolumeMount[];
  readonly memoryMegabytes: number;
  /** How long a container may make no progress until it is ready, by default 60. */
  readonly startSeconds?: number;
  readonly stopSeconds: number;
  /**
   * How many containers run. Each gets its name (`ocr-worker-1`) as INSTANCE. By default there is one,
   * without a number in its name.
   */
  readonly replicas?: number;
  readonly dependsOn?: readonly pulumi.Input<pulumi.Resource>[];
}

/** A folder of services/: its image, built here, and the containers that run it. */
export class Service extends pulumi.ComponentResource {
  /** Its containers, each once it is healthy. */
  readonly ready: readonly pulumi.Output<docker.Container>[];

  constructor(name: string, args: ServiceArgs, options?: pulumi.ComponentResourceOptions) {
    super(
      "orbital-witness:index:Service",
      name,
      {},
      pulumi.mergeOptions(options, { aliases: [{ type: "orbital-witness:Service" }] }),
    );
    const image = serviceImage(
      name,
      { NODE_IMAGE: args.nodeImage, SERVICE: name, ...args.buildArguments },
      { parent: this },
    );
    const parts =
      args.replicas === undefined
        ? [name]
        : Array.from({ length: args.replicas }, (_, index) => `${name}-${index + 1}`);

    const dev = isDevMode() ? devService(name) : undefined;
    const environment = { ...args.environment, ...dev?.environment };

    const containers = parts.map(
      (part) =>
        new docker.Container(
          nameOf(part),
          {
            ...hardenedContainer({
              part: name,
              image: image.imageId,
              networks: args.networks,
              environment: args.replicas === undefined ? environment : { ...environment, INSTANCE: part },
              readyCommand: askReadiness,
              memoryMegabytes: args.memoryMegabytes,
              stopSeconds: args.stopSeconds,
            }),
            user: "node",
            ...(dev && { command: dev.command }),
            volumes: [
              ...(args.volumes ?? []).map(({ volume, path, readOnly = false }) => ({
                volumeName: volume.name,
                containerPath: path,
                readOnly,
              })),
              ...(dev?.mounts ?? []),
            ],
          },
          // By default the provider removes a container before it starts the replacement. Requests would then
          // fail until the new container has started.
          { parent: this, deleteBeforeReplace: false, dependsOn: [...(args.dependsOn ?? [])] },
        ),
    );
    this.ready = containers.map((container) => healthy(container, args.startSeconds));
    this.registerOutputs({});
  }
}

/**
 * Prints the last line of an answer that is not 200: the problem document. Uses bash's sockets, because not
 * every base image has an HTTP client.
 */
const askReadiness =
  "timeout 3 bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080 && " +
  'printf "GET /readyz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n" >&3 && ' +
  `read -r line <&3 && { [[ $line == *" 200 "* ]] || { tail -n 1 <&3; false; }; }'`;
