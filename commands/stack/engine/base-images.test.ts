import { execa } from "execa";
import { beforeEach, expect, test, vi } from "vitest";
import {
  makeOfflineImages,
  makeOfflinePrometheusImage,
  offlineImages,
  offlinePrometheusImage,
} from "../../../offline/base-images.ts";
import { ensureBaseImages } from "./base-images.ts";

vi.mock("execa", () => ({ execa: vi.fn() }));
vi.mock(import("../../../offline/base-images.ts"), async (original) => ({
  ...(await original()),
  makeOfflineImages: vi.fn(async () => {}),
  makeOfflinePrometheusImage: vi.fn(async () => {}),
}));

const DIGEST = `@sha256:${"0".repeat(64)}`;
const wanted = {
  nodeImage: `node:24${DIGEST}`,
  redisImage: `redis:7.2${DIGEST}`,
  caddyImage: `caddy:2.10${DIGEST}`,
};

/** An engine that has these images and cannot reach a registry. */
function engineWith(...images: string[]): void {
  vi.mocked(execa).mockImplementation(((_: string, args: string[]) => {
    const failed = args[0] === "pull" || !images.includes(args.at(-1) ?? "");
    return Promise.resolve({ failed, stdout: "", stderr: "dial tcp: lookup registry: no such host" });
  }) as never);
}
beforeEach(() => {
  vi.mocked(execa).mockReset();
  vi.mocked(makeOfflineImages).mockClear();
  vi.mocked(makeOfflinePrometheusImage).mockClear();
});

test("images with the wanted digests are used without asking a registry", async () => {
  engineWith(...Object.values(wanted));
  expect(await ensureBaseImages(wanted)).toEqual(wanted);
  expect(vi.mocked(execa).mock.calls.filter(([, args]) => String(args).startsWith("pull"))).toEqual([]);
});

test("if no registry can be reached, an image of the same name and tag is used", async () => {
  engineWith("node:24", "redis:7.2", wanted.caddyImage);
  const tagged = { nodeImage: "node:24", redisImage: "redis:7.2", caddyImage: wanted.caddyImage };
  expect(await ensureBaseImages(wanted)).toEqual(tagged);
  expect(makeOfflineImages).not.toHaveBeenCalled();
});

test("an image that cannot be downloaded is told by its name and the cause, without addresses", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
  engineWith("node:24", wanted.redisImage, wanted.caddyImage);
  await ensureBaseImages(wanted);
  const lines = said.mock.calls.map(([line]) => String(line));
  said.mockRestore();
  expect(lines).toEqual([
    expect.stringMatching(/Downloading node:24$/),
    expect.stringMatching(
      /node:24 cannot be downloaded, because no registry can be reached \(no such host\)$/,
    ),
  ]);
});

test("an image that the engine lacks is built from the distribution's packages", async () => {
  engineWith("node:24", "redis:7.2");
  expect(await ensureBaseImages(wanted)).toMatchObject({ caddyImage: offlineImages.caddyImage });
  expect(makeOfflineImages).toHaveBeenCalledOnce();
});

test("the image of Prometheus is built only for a stack that wants it", async () => {
  engineWith(...Object.values(wanted));
  await ensureBaseImages(wanted);
  expect(makeOfflinePrometheusImage).not.toHaveBeenCalled();
  const prometheusImage = "prom/prometheus:v3";
  expect(await ensureBaseImages({ ...wanted, prometheusImage })).toEqual({
    ...wanted,
    prometheusImage: offlinePrometheusImage,
  });
  expect(makeOfflinePrometheusImage).toHaveBeenCalledOnce();
  expect(makeOfflineImages).not.toHaveBeenCalled();
});
