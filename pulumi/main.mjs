// Where Pulumi enters. Plain JavaScript, so that a Node too old for the program can say so: the bare CLI runs on
// whichever Node the PATH has.
import path from "node:path";
import { RunError } from "@pulumi/pulumi";

export default async function program() {
  if (!process.features.typescript) {
    throw new RunError(
      `This program needs Node 22.18 or later, but the PATH has ${process.versions.node}. ` +
        "Run it by `npx pulumi ...` or `npm run pulumi -- ...`, which bring a Node of their own.",
    );
  }
  const { originalOf } = await import("./clone-id.ts");
  const original = originalOf(path.resolve(import.meta.dirname, ".."));
  if (original !== undefined) {
    throw new RunError(
      `This folder is a copy of ${original}, and so is its state: an update would change the containers of that clone. ` +
        "Run it there, or `rm -r .pulumi` here: then this copy gets a stack of its own.",
    );
  }
  return { ...(await import("./index.ts")) };
}
