import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../names.ts";
import { folderReader } from "./folder-reader.ts";
import { hardenedContainer } from "./hardened-container.ts";

export interface RouterArgs {
  readonly image: string;
  readonly networks: readonly docker.Network[];
  readonly bindAddress: string;
  readonly httpPort: number;
  /** Absolute path of the scans; undefined when `documentsUrl` names another source. */
  readonly documentsFolder: string | undefined;
  /** Absolute path of the sample scans, served when `documentsFolder` has no such document. */
  readonly samplesFolder: string;
}

/** Caddy: the only way into the stack, and the document source for the workers. */
export class Router extends pulumi.ComponentResource {
  readonly container: docker.Container;

  constructor(name: string, args: RouterArgs, options?: pulumi.ComponentResourceOptions) {
    super(
      "orbital-witness:index:Router",
      name,
      {},
      pulumi.mergeOptions(options, { aliases: [{ type: "orbital-witness:Router" }] }),
    );
    const image = new docker.RemoteImage(
      `${name}-image`,
      { name: args.image, keepLocally: true },
      { parent: this },
    );
    this.container = new docker.Container(
      nameOf(name),
      {
        ...hardenedContainer({
          part: name,
          image: image.imageId,
          networks: args.networks,
          environment: {
            XDG_CONFIG_HOME: "/tmp/config",
            XDG_DATA_HOME: "/tmp/data",
            // Caddy's heap is small, so that Go would collect garbage all the time: a sixth of the router's
            // processor time. The limit keeps it within the container's memory.
            GOGC: "400",
            GOMEMLIMIT: "192MiB",
          },
          readyCommand: "wget -q -T 3 -O /dev/null http://127.0.0.1:8080/health",
          memoryMegabytes: 256,
          stopSeconds: 15,
        }),
        command: ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"],
        user:
          args.documentsFolder === undefined ? "65534:65534" : folderReader(statSync(args.documentsFolder)),
        // In the public image, Caddy's file has a capability for low ports. The kernel starts it only if the
        // container has that capability too, although a process that is not root does not get it.
        capabilities: { drops: ["ALL"], adds: ["CAP_NET_BIND_SERVICE"] },
        // Pulumi can only upload files into a writable root file system.
        readOnly: false,
        uploads: [
          {
            file: "/etc/caddy/Caddyfile",
            content: readFileSync(path.join(import.meta.dirname, "../Caddyfile"), "utf8"),
          },
        ],
        volumes:
          args.documentsFolder === undefined
            ? []
            : [
                { hostPath: args.documentsFolder, containerPath: "/srv/documents", readOnly: true },
                { hostPath: args.samplesFolder, containerPath: "/srv/samples", readOnly: true },
              ],
        ports: [{ internal: 8080, external: args.httpPort, ip: args.bindAddress }],
      },
      // Two routers cannot hold the port at once.
      { parent: this, deleteBeforeReplace: true },
    );
    this.registerOutputs({});
  }
}
