import { expect, test } from "vitest";
import { engineAdvice } from "./engine-advice.ts";

test.each([
  [
    "Error response from daemon: could not find an available, non-overlapping IPv4 address pool among the " +
      "defaults to assign to the network",
    "docker network prune",
  ],
  [
    "Error response from daemon: all predefined address pools have been fully subnetted",
    "docker network prune",
  ],
  ["Bind for 127.0.0.1:80 failed: port is already allocated", "config set httpPort"],
  ["Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", "npm run doctor"],
])("%s", (message, advice) => {
  expect(engineAdvice(message)).toContain(advice);
});

test("a message without a rule has no advice", () => {
  expect(engineAdvice("no such image")).toBeUndefined();
});
