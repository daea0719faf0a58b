import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.doUnmock("./clone-id.ts");
});

test("a copied clone is not updated: its state is that of its original", async () => {
  vi.doMock("./clone-id.ts", () => ({ originalOf: () => "/home/you/original" }));
  const main: string = "./main.mjs";
  const { default: program } = await import(main);
  await expect(program()).rejects.toThrow(/copy of \/home\/you\/original.*rm -r \.pulumi/);
});

test("a Node too old for the program is told by its version, and what to do", async () => {
  // A name for TypeScript to leave alone: plain JavaScript has no types for it.
  const main: string = "./main.mjs";
  const { default: program } = await import(main);
  vi.stubGlobal("process", { ...process, features: { typescript: false }, versions: { node: "20.1.2" } });
  await expect(program()).rejects.toBeInstanceOf(pulumi.RunError);
  await expect(program()).rejects.toThrow(
    /needs Node 22\.18 or later, but the PATH has 20\.1\.2\.\n?.*npx pulumi/,
  );
});
