import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { healthy } from "../health/healthy.ts";
import { keepsData, labelsOf, nameOf } from "../names.ts";
import { builtImage } from "./built-image.ts";
import { hardenedContainer } from "./hardened-container.ts";
import { webAnswer } from "./web-answer.ts";

export interface MetricsStoreArgs {
  readonly prometheusImage: string;
  /** The networks on which it reaches every part. */
  readonly networks: readonly docker.Network[];
  /** Port of its page on 127.0.0.1. */
  readonly port: number;
}

/** Inside its container. */
const listenPort = 9090;

/** What is in its image, relative to the project's folder. */
export const metricsStoreSources = [
  ".dockerignore",
  "observability/Dockerfile",
  "observability/prometheus.yml",
  "observability/alerts.yml",
  "observability/dashboard",
];

/**
 * Prometheus with a dashboard and alert rules. It only asks: no part knows of it. Its page has no sign-in, so
 * it is published on 127.0.0.1 only.
 */
export class MetricsStore extends pulumi.ComponentResource {
  /** Its container, once it is healthy. */
  readonly ready: pulumi.Output<docker.Container>;

  constructor(name: string, args: MetricsStoreArgs, options?: pulumi.ComponentResourceOptions) {
    super("orbital-witness:index:MetricsStore", name, {}, options);
    const image = builtImage(
      name,
      {
        dockerfile: "observability/Dockerfile",
        sources: metricsStoreSources,
        buildArgs: { PROMETHEUS_IMAGE: args.prometheusImage },
      },
      { parent: this },
    );
    const data = new docker.Volume(
      nameOf(`${name}-data`),
      { labels: labelsOf(`${name}-data`) },
      { parent: this, ...keepsData },
    );
    const container = new docker.Container(
      nameOf(name),
      {
        ...hardenedContainer({
          part: name,
          image: image.imageId,
          networks: args.networks,
          readyCommand: webAnswer(listenPort, "/-/ready"),
          memoryMegabytes: 512,
          stopSeconds: 15,
        }),
        entrypoints: ["prometheus"],
        command: [
          "--config.file=/etc/observability/prometheus.yml",
          "--storage.tsdb.path=/prometheus",
          "--storage.tsdb.retention.time=15d",
          "--storage.tsdb.retention.size=1GB",
          `--web.listen-address=:${listenPort}`,
          `--web.external-url=http://localhost:${args.port}/`,
          "--web.user-assets=/etc/observability/dashboard",
          // By default the pages of all other servers may read it.
          `--web.cors.origin=http://localhost:${args.port}`,
          "--log.format=json",
        ],
        user: "65534:65534",
        volumes: [{ volumeName: data.name, containerPath: "/prometheus" }],
        ports: [{ internal: listenPort, external: args.port, ip: "127.0.0.1" }],
      },
      // Two of them cannot hold the port, or write to the same volume.
      { parent: this, deleteBeforeReplace: true },
    );
    this.ready = healthy(container);
    this.registerOutputs({});
  }
}
