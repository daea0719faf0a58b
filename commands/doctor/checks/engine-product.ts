import { existsSync } from "node:fs";
import { type Endpoint, socketOf } from "../../stack/engine/endpoint.ts";

/** Who runs the engine of an endpoint, as its socket and context tell, and the command that starts it. */
export type Product = { readonly name: string; readonly start: string; readonly restart: string };

export type Platform = {
  readonly system: NodeJS.Platform;
  readonly isRoot: boolean;
  readonly systemd: boolean;
};

export const thisPlatform: Platform = {
  system: process.platform,
  isRoot: process.getuid?.() === 0,
  systemd: existsSync("/run/systemd/system"),
};

export function productOf(
  { host, context }: Pick<Endpoint, "host" | "context">,
  platform = thisPlatform,
): Product {
  const socket = socketOf(host) ?? "";
  const colima = /\/\.?colima\/([^/]+)\/docker\.sock$/.exec(socket)?.[1];
  if (colima !== undefined || context?.startsWith("colima")) {
    const profile = colima ?? context?.replace(/^colima-?/, "") ?? "";
    const named = profile === "" || profile === "default" ? "" : ` ${profile}`;
    return { name: "Colima", start: `colima start${named}`, restart: `colima restart${named}` };
  }
  if (socket.includes("/.orbstack/")) {
    return { name: "OrbStack", start: "orb start", restart: "orb restart docker" };
  }
  if (socket.includes("/.rd/")) {
    return { name: "Rancher Desktop", start: "rdctl start", restart: "rdctl shutdown && rdctl start" };
  }
  const isDesktop = /\/\.docker\/(run|desktop)\//.test(socket) || context === "desktop-linux";
  if (isDesktop || platform.system === "darwin") {
    return platform.system === "linux"
      ? unitOf("Docker Desktop", "systemctl --user", "docker-desktop")
      : { name: "Docker Desktop", start: "open -a Docker", restart: "docker desktop restart" };
  }
  if (/^\/run\/user\/\d+\//.test(socket) || context === "rootless") {
    return unitOf("rootless Docker", "systemctl --user", "docker");
  }
  const sudo = platform.isRoot ? "" : "sudo ";
  if (platform.systemd) return unitOf("Docker", `${sudo}systemctl`, "docker");
  // As root, `npm start` starts an engine that is installed.
  const start = platform.isRoot ? "npm start" : "sudo service docker start";
  return { name: "Docker", start, restart: `${sudo}service docker restart` };
}

/** A product that is a unit of systemd. */
function unitOf(name: string, systemctl: string, unit: string): Product {
  return { name, start: `${systemctl} start ${unit}`, restart: `${systemctl} restart ${unit}` };
}
