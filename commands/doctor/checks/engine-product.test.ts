import { expect, test } from "vitest";
import { productOf } from "./engine-product.ts";

const linux = { system: "linux", isRoot: false, systemd: true } as const;
const mac = { system: "darwin", isRoot: false, systemd: false } as const;

// Their engines cannot run everywhere, so the facts are given directly.
test.each([
  ["unix:///Users/dora/.colima/default/docker.sock", "colima", mac, "Colima", "colima start"],
  ["unix:///home/dora/.config/colima/work/docker.sock", "colima-work", linux, "Colima", "colima start work"],
  ["unix:///Users/dora/.docker/run/docker.sock", "desktop-linux", mac, "Docker Desktop", "open -a Docker"],
  ["unix:///var/run/docker.sock", "default", mac, "Docker Desktop", "open -a Docker"],
  [
    "unix:///home/dora/.docker/desktop/docker.sock",
    "desktop-linux",
    linux,
    "Docker Desktop",
    "systemctl --user start docker-desktop",
  ],
  ["unix:///Users/dora/.orbstack/run/docker.sock", "orbstack", mac, "OrbStack", "orb start"],
  ["unix:///Users/dora/.rd/docker.sock", "rancher-desktop", mac, "Rancher Desktop", "rdctl start"],
  [
    "unix:///run/user/1000/docker.sock",
    "rootless",
    linux,
    "rootless Docker",
    "systemctl --user start docker",
  ],
  ["unix:///var/run/docker.sock", "default", linux, "Docker", "sudo systemctl start docker"],
  ["unix:///var/run/docker.sock", "default", { ...linux, isRoot: true }, "Docker", "systemctl start docker"],
  [
    "unix:///var/run/docker.sock",
    "default",
    { ...linux, isRoot: true, systemd: false },
    "Docker",
    "npm start",
  ],
  [
    "unix:///var/run/docker.sock",
    "default",
    { ...linux, systemd: false },
    "Docker",
    "sudo service docker start",
  ],
])("the engine at %s (context %s) is started by its own command", (host, context, platform, name, start) => {
  expect(productOf({ host, context }, platform)).toMatchObject({ name, start });
});
