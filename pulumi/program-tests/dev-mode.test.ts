import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { type Recorded, type RecordedProgram, recordProgram } from "./recorded-program.ts";

const projectFolder = path.resolve(import.meta.dirname, "../..");
const secrets = { jwtSecret: "k".repeat(32) };

afterEach(() => vi.unstubAllEnvs());

const containersOf = ({ resources }: RecordedProgram) =>
  resources.filter(({ type }) => type === "docker:index/container:Container");

function hostMounts({ inputs }: Recorded): Record<string, unknown>[] {
  const volumes = Array.isArray(inputs.volumes) ? inputs.volumes : [];
  return volumes.filter(({ hostPath }) => hostPath !== undefined);
}

test("in dev mode the services run the mounted sources, read-only, under Node's watch mode", async () => {
  vi.stubEnv("ORBITAL_WITNESS_DEV", "true");
  const program = await recordProgram({ settings: { ocrWorkers: "2" }, secrets });
  for (const part of ["auth-api", "order-api", "ocr-worker"]) {
    const containers = containersOf(program).filter(({ name }) =>
      name.startsWith(`orbital-witness-review-${part}`),
    );
    expect(containers).toHaveLength(part === "ocr-worker" ? 2 : 1);
    for (const container of containers) {
      const mounts = hostMounts(container);
      expect(mounts.map(({ readOnly }) => readOnly)).toEqual([true, true, true, true]);
      expect(Object.fromEntries(mounts.map((each) => [each.containerPath, each.hostPath]))).toEqual({
        [`/app/services/${part}/src`]: path.join(projectFolder, "services", part, "src"),
        "/app/services/common/src": path.join(projectFolder, "services/common/src"),
        "/dev-mode/container": path.join(projectFolder, "commands/dev/container"),
        "/dev-mode/restart": path.join(projectFolder, ".cache/dev/restart", part),
      });
      expect(container.inputs.command).toContain("--watch-path=/dev-mode/restart");
      // Nothing else about the container changes.
      expect(container.inputs).toMatchObject({ readOnly: true, user: "node", init: true });
    }
  }
  const router = containersOf(program).find(({ name }) => name.endsWith("-router"));
  expect(router && hostMounts(router)).toContainEqual({
    ...{ containerPath: "/srv/page", readOnly: true },
    hostPath: path.join(projectFolder, ".cache/dev/page"),
  });
});

test("without dev mode nothing of it is in the stack", async () => {
  const program = await recordProgram({ secrets });
  expect(JSON.stringify(program.resources)).not.toMatch(/watch|dev-mode|\.cache|npm run dev/);
});
