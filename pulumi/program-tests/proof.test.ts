import { afterEach, expect, test, vi } from "vitest";
import { PROOF, recordProgram, STACK } from "./recorded-program.ts";

const settings = { ocrWorkers: "1" };
const user = { username: "orbital-witness", password: "random-of-program-password" };
const earlier = { orderId: "an earlier order", seconds: 2.5 };

afterEach(() => vi.unstubAllEnvs());

test("an update of new containers orders once, with the stack's own user", async () => {
  const { proofs, outputs } = await recordProgram({ settings: { ...settings, httpPort: "8080" } });
  expect(proofs).toEqual([{ url: "http://localhost:8080", languages: "eng", stack: STACK, user }]);
  expect(outputs.proof).toEqual(PROOF);
});

test("neither demo users nor the router's document source nor plain HTTP for others is needed", async () => {
  const hosts = { publicHost: "registry.example.org", bindAddress: "0.0.0.0", demoUsers: "false" };
  const own = { ...hosts, documentsUrl: "https://scans.example.org", ocrLanguages: "cym" };
  const { proofs } = await recordProgram({ settings: { ...settings, ...own } });
  expect(proofs).toEqual([{ url: "http://localhost:8079", languages: "cym", stack: STACK, user }]);
});

test("an update that changed no container orders nothing and keeps the last proof", async () => {
  const { containers } = (await recordProgram({ settings })).outputs;
  const { proofs, outputs } = await recordProgram({ settings, former: { containers, proof: earlier } });
  expect([proofs, outputs.proof]).toEqual([[], earlier]);
});

test("one new container, or an update without a proof before it, is proved", async () => {
  const { containers } = (await recordProgram({ settings })).outputs;
  const [, ...others] = containers as string[];
  for (const former of [
    { containers: ["a former one", ...others], proof: earlier },
    { containers: others, proof: earlier },
    { containers },
    { containers, proof: null },
    { containers, proof: "of another version" },
  ]) {
    const { proofs, outputs } = await recordProgram({ settings, former });
    expect([proofs.length, outputs.proof]).toEqual([1, PROOF]);
  }
});

test("a preview orders nothing and shows the last proof", async () => {
  const former = { containers: ["a former one"], proof: earlier };
  const { proofs, outputs } = await recordProgram({ settings, former, isPreview: true });
  expect([proofs, outputs.proof]).toEqual([[], earlier]);
  expect((await recordProgram({ settings, isPreview: true })).outputs.proof).toBeNull();
});

test("with proveOnUp off, and in dev mode, nothing is ordered and there is no proof", async () => {
  const off = await recordProgram({ settings: { ...settings, proveOnUp: "false" } });
  expect([off.proofs, off.outputs.proof]).toEqual([[], null]);
  vi.stubEnv("ORBITAL_WITNESS_DEV", "true");
  const dev = await recordProgram({ settings });
  expect([dev.proofs, dev.outputs.proof]).toEqual([[], null]);
});
