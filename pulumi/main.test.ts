import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.doUnmock("./clone-id.ts");
});

test("stacks are shown as they are, because looking for sources takes long", async () => {
  vi.doMock("./clone-id.ts", () => ({ originalOf: () => "/home/you/original" }));
  const usual = Error.prepareStackTrace;
  onTestFinished(() => {
    Error.prepareStackTrace = usual;
  });
  Error.prepareStackTrace = () => "looked up";
  const main: string = "./main.mjs";
  const { default: program } = await import(main);
  await expect(program()).rejects.toThrow();
  expect(new Error("here").stack).toContain("main.test.ts");
});

test("a copied clone is not updated, because its state is its original's", async () => {
  vi.doMock("./clone-id.ts", () => ({ originalOf: () => "/home/you/original" }));
  const main: string = "./main.mjs";
  const { default: program } = await import(main);
  await expect(program()).rejects.toThrow(/copy of \/home\/you\/original.*rm -r \.pulumi/);
});

test("a Node that is too old is named with its version and a remedy", async () => {
  // In a variable, because TypeScript has no types for a JavaScript module.
  const main: string = "./main.mjs";
  const { default: program } = await import(main);
  vi.stubGlobal("process", { ...process, features: { typescript: false }, versions: { node: "20.1.2" } });
  await expect(program()).rejects.toBeInstanceOf(pulumi.RunError);
  await expect(program()).rejects.toThrow(
    /needs Node 22\.18 or later, but the PATH has 20\.1\.2\.\n?.*npx pulumi/,
  );
});
