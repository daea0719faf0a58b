import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { healthy } from "../health/healthy.ts";
import type { Certificate } from "../https/certificate-files.ts";
import { certificateFiles, routerConfig } from "../https/router-config.ts";
import { keepsData, labelsOf, nameOf } from "../names.ts";
import { builtImage } from "./built-image.ts";
import { devRouterMounts, isDevMode } from "./dev-mode.ts";
import { folderReader } from "./folder-reader.ts";
import { hardenedContainer } from "./hardened-container.ts";
import { webAnswer } from "./web-answer.ts";

export interface RouterArgs {
  readonly caddyImage: string;
  /** Builds the page. */
  readonly nodeImage: string;
  readonly networks: readonly docker.Network[];
  readonly bindAddress: string;
  readonly httpPort: number;
  /** Serves HTTPS for this host; undefined for plain HTTP. */
  readonly https: HttpsArgs | undefined;
  /** Addresses and networks of load balancers in front of the router. */
  readonly trustedProxies: readonly string[];
  /** Absolute path of the scans; undefined when `documentsUrl` names another source. */
  readonly documentsFolder: string | undefined;
  /** Absolute path of the sample scans, served when `documentsFolder` has no such document. */
  readonly samplesFolder: string;
}

export interface HttpsArgs {
  readonly publicHost: string;
  readonly port: number;
  /** Port of plain HTTP on 127.0.0.1, for commands on this machine. */
  readonly localPort: number;
  readonly issuer: string;
  /** Undefined if the issuer makes it. */
  readonly certificate: Certificate | undefined;
}

/** Where Caddy listens inside its container, as the Caddyfile says. */
const caddyPorts = { plain: 8080, redirect: 8082, https: 8443 } as const;

/** Where Caddy keeps certificates. In every base image all users may write to this folder. */
const DATA_FOLDER = "/var/tmp";

/** What is in the router's image besides Caddy and its configuration, relative to the project's folder. */
export const routerSources = [".dockerignore", "package.json", "package-lock.json", "tsconfig.json", "web"];

/**
 * Caddy: the only way into the stack. It serves the page to browsers, and documents to the workers. Its image
 * has the page and the configuration, so that its root file system can be read-only.
 */
export class Router extends pulumi.ComponentResource {
  /** Its container, once it is healthy. */
  readonly ready: pulumi.Output<docker.Container>;

  constructor(name: string, args: RouterArgs, options?: pulumi.ComponentResourceOptions) {
    super(
      "orbital-witness:index:Router",
      name,
      {},
      pulumi.mergeOptions(options, { aliases: [{ type: "orbital-witness:Router" }] }),
    );
    const image = builtImage(
      name,
      {
        dockerfile: "web/Dockerfile",
        sources: routerSources,
        buildArgs: {
          NODE_IMAGE: args.nodeImage,
          CADDY_IMAGE: args.caddyImage,
          CADDYFILE: configOf(args),
        },
      },
      { parent: this },
    );
    const { https } = args;
    // Also keeps the keys of the router's own certificate authority.
    const data =
      https === undefined
        ? undefined
        : new docker.Volume(
            nameOf(`${name}-data`),
            { labels: labelsOf("router-data") },
            { parent: this, ...keepsData },
          );
    const container = new docker.Container(
      nameOf(name),
      {
        ...hardenedContainer({
          part: name,
          image: image.imageId,
          networks: args.networks,
          environment: {
            XDG_CONFIG_HOME: "/tmp/config",
            XDG_DATA_HOME: data === undefined ? "/tmp/data" : DATA_FOLDER,
            // Caddy's heap is small, so that Go would collect garbage all the time: a sixth of the router's
            // processor time. The limit keeps it within the container's memory.
            GOGC: "400",
            GOMEMLIMIT: "192MiB",
            ...(https?.certificate && {
              CERTIFICATE: https.certificate.certificate,
              CERTIFICATE_KEY: pulumi.secret(https.certificate.key),
            }),
          },
          readyCommand: webAnswer(caddyPorts.plain, "/health"),
          memoryMegabytes: 256,
          stopSeconds: 15,
        }),
        command: https?.certificate === undefined ? [...startCaddy] : ["sh", "-c", startWithCertificate],
        user:
          args.documentsFolder === undefined ? "65534:65534" : folderReader(statSync(args.documentsFolder)),
        // In the public image, Caddy's file has a capability for low ports. The kernel starts it only if the
        // container has that capability too, although a process that is not root does not get it.
        capabilities: { drops: ["ALL"], adds: ["CAP_NET_BIND_SERVICE"] },
        volumes: [
          ...(args.documentsFolder === undefined
            ? []
            : [
                { hostPath: args.documentsFolder, containerPath: "/srv/documents", readOnly: true },
                { hostPath: args.samplesFolder, containerPath: "/srv/samples", readOnly: true },
              ]),
          ...(data === undefined ? [] : [{ volumeName: data.name, containerPath: DATA_FOLDER }]),
          ...(isDevMode() ? devRouterMounts() : []),
        ],
        ports: portsOf(args),
      },
      // Two routers cannot hold the port at once.
      { parent: this, deleteBeforeReplace: true },
    );
    this.ready = healthy(container);
    this.registerOutputs({});
  }
}

const startCaddy = ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"] as const;

/**
 * Caddy reads certificates from files. They are in memory (tmpfs), because the root file system is read-only
 * and an image must not have the key.
 */
const startWithCertificate =
  `umask 077 && printf %s "$CERTIFICATE" > ${certificateFiles.certificate} && ` +
  `printf %s "$CERTIFICATE_KEY" > ${certificateFiles.key} && ` +
  `unset CERTIFICATE CERTIFICATE_KEY && exec ${startCaddy.join(" ")}`;

function configOf({ https, trustedProxies }: RouterArgs): string {
  const caddyfile = readFileSync(path.join(import.meta.dirname, "../Caddyfile"), "utf8");
  const issuer = https?.issuer === "internal" ? "internal" : "auto";
  return routerConfig(caddyfile, {
    publicHost: https?.publicHost,
    httpsPort: https?.port ?? 443,
    certificate: https?.certificate === undefined ? issuer : "files",
    trustedProxies,
    isDevMode: isDevMode(),
  });
}

function portsOf({ https, httpPort, bindAddress }: RouterArgs) {
  if (https === undefined) return [{ internal: caddyPorts.plain, external: httpPort, ip: bindAddress }];
  return [
    { internal: caddyPorts.plain, external: https.localPort, ip: "127.0.0.1" },
    { internal: caddyPorts.redirect, external: httpPort, ip: bindAddress },
    { internal: caddyPorts.https, external: https.port, ip: bindAddress },
  ];
}
