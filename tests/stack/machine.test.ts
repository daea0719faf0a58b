import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ensureBaseImages } from "../../commands/stack/engine/base-images.ts";
import { ensureDocker } from "../../commands/stack/engine/docker.ts";
import { ensurePortIsFree } from "../../commands/stack/engine/port.ts";
import { projectFolder, wantedBaseImages } from "../../commands/stack/project.ts";
import { Stack } from "../../commands/stack/stack.ts";
import { runLabel } from "../run-label.ts";
import { StackUnderTest } from "./stack-under-test.ts";

/** A server on a free port, which `using` closes. */
async function listening(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

describe("the Docker engine", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("is used if it answers", async () => {
    await expect(ensureDocker()).resolves.toBeUndefined();
  });

  it("is named in the error if it does not answer at DOCKER_HOST and no other is installed", async () => {
    vi.stubEnv("DOCKER_HOST", "tcp://127.0.0.1:1");
    await expect(ensureDocker()).rejects.toMatchObject({
      message: expect.stringMatching(/tcp:\/\/127\.0\.0\.1:1 .*does not answer/),
      advice: expect.stringMatching(/unset DOCKER_HOST/),
    });
  });

  it("is rejected if it has another architecture", async () => {
    const version = {
      Version: "28.0.0",
      ApiVersion: "1.41",
      MinAPIVersion: "1.12",
      Os: "linux",
      Arch: "s390x",
    };
    await using engine = await listening(
      createServer((request, response) => {
        response.setHeader("Api-Version", "1.41");
        response.setHeader("Content-Type", "application/json");
        response.end(request.url?.endsWith("/version") ? JSON.stringify(version) : "OK");
      }),
    );
    vi.stubEnv("DOCKER_HOST", `tcp://127.0.0.1:${engine.port}`);
    await expect(ensureDocker()).rejects.toMatchObject({
      message: expect.stringMatching(/another architecture: it runs linux\/s390x/),
    });
  });
});

describe("the port", () => {
  let image: string;

  beforeAll(async () => {
    ({ redisImage: image } = await ensureBaseImages(wantedBaseImages(projectFolder, "local")));
  });

  it("is named in the error if another program uses it", async () => {
    await using other = await listening(createServer());
    const wanted = { address: "127.0.0.1", port: other.port, setting: "httpPort" };
    await expect(ensurePortIsFree(wanted, [])).rejects.toMatchObject({
      message: expect.stringMatching(
        /^Port \d+ of 127\.0\.0\.1 is busy: (another program|\S+ \(process \d+\)) holds it\.$/,
      ),
      advice: expect.stringMatching(/config set httpPort/),
    });
  });

  it("is named with the container that uses it, unless that is the stack's own", async () => {
    const run = ["run", "--detach", "--rm", ...runLabel, "--publish", "127.0.0.1::80", image, "sleep", "120"];
    const { stdout: id } = await execa("docker", run);
    try {
      const { stdout: binding } = await execa("docker", ["port", id, "80"]);
      const { stdout: name } = await execa("docker", ["inspect", "--format", "{{slice .Name 1}}", id]);
      const port = Number(binding.split(":").at(-1));
      const wanted = { address: "127.0.0.1", port, setting: "httpPort" };
      await expect(ensurePortIsFree(wanted, [])).rejects.toThrow(`the container ${name} holds it`);
      await expect(ensurePortIsFree(wanted, [name])).resolves.toBeUndefined();
    } finally {
      await execa("docker", ["rm", "--force", id]);
    }
  });

  it("is rejected on an address that this machine does not have", async () => {
    const wanted = { address: "203.0.113.7", port: 80, setting: "httpPort" };
    await expect(ensurePortIsFree(wanted, [])).rejects.toThrow(/no address 203\.0\.113\.7/);
  });
});

describe("a wrong passphrase", () => {
  it("is reported before anything is changed", async () => {
    const clone = await StackUnderTest.make();
    try {
      const file = path.join(clone.folder, ".pulumi-passphrase");
      const right = await readFile(file, "utf8");
      await writeFile(file, "another\n");
      const stack = await Stack.open(clone.folder, "test");
      await expect(stack.keepJwtSecret()).rejects.toMatchObject({
        message: expect.stringMatching(/passphrase/),
        advice: expect.stringMatching(/\.pulumi-passphrase/),
      });
      await writeFile(file, right);
      await expect(stack.keepJwtSecret()).resolves.toBeUndefined();
    } finally {
      await clone.remove();
    }
  });
});
