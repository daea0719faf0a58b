import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { metricsStoreSources } from "../components/metrics-store.ts";
import { nameOf } from "../names.ts";
import { projectFolder } from "../settings.ts";
import { type RecordedProgram, recordProgram } from "./recorded-program.ts";

let off: RecordedProgram;
let on: RecordedProgram;
beforeAll(async () => {
  off = await recordProgram({ settings: { ocrWorkers: "1" } });
  on = await recordProgram({
    settings: {
      ...{ ocrWorkers: "1", observability: "true", observabilityPort: "9191", bindAddress: "192.0.2.7" },
      ...{ plainHttp: "true", demoUsers: "false", prometheusImage: "prometheus:own" },
    },
  });
});

const store = () => on.resources.find(({ name }) => name === nameOf("metrics-store"))?.inputs ?? {};

test("without the setting there is nothing of the store", () => {
  expect(JSON.stringify(off.resources)).not.toContain("metrics-store");
  expect(off.outputs.dashboardUrl).toBeNull();
});

test("with the setting there are the store, its image and its volume, and nothing else changes", () => {
  const names = ({ resources }: RecordedProgram) => resources.map(({ name }) => name);
  const added = names(on).filter((name) => !names(off).includes(name));
  expect(added.toSorted()).toEqual(
    [
      "metrics-store",
      "metrics-store-image",
      nameOf("metrics-store"),
      nameOf("metrics-store-data"),
    ].toSorted(),
  );
  for (const { name, inputs } of off.resources.filter((one) => /-(redis|work|front)$/.test(one.name))) {
    expect(on.resources.find((one) => one.name === name)?.inputs, name).toEqual(inputs);
  }
  expect(on.outputs.containers).toContain(`${nameOf("metrics-store")}-0123456`);
  expect(on.outputs.dashboardUrl).toBe("http://localhost:9191/user/");
});

test("its page is published on this machine only, whatever the router listens on", () => {
  expect(store().ports).toEqual([{ internal: 9090, external: 9191, ip: "127.0.0.1" }]);
  expect(store().command).toContain("--web.cors.origin=http://localhost:9191");
});

test("it has no secret, and it is on the networks on which it reaches the parts", () => {
  expect(store().envs).toEqual([]);
  const networks = (store().networksAdvanced as { name: string }[]).map(({ name }) => name);
  expect(networks).toEqual(["front", "work"].map((part) => `${nameOf(part)}-0123456`));
});

test("everything that its Dockerfile copies is a source of its image, and not ignored", () => {
  const read = (file: string) => readFileSync(path.join(projectFolder, file), "utf8");
  const copied = [...read("observability/Dockerfile").matchAll(/^COPY (.+) \S+$/gm)].flatMap(
    ([, files = ""]) => files.split(" "),
  );
  expect(copied).toHaveLength(3);
  for (const file of copied) {
    expect(metricsStoreSources).toContain(file);
    expect(read(".dockerignore").split("\n")).toContain(`!${file}`);
  }
});
