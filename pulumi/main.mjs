// Pulumi's entry point. It is plain JavaScript, so that a Node that is too old for the program can say so: an
// installed CLI runs on the Node of the PATH.
import path from "node:path";
import { RunError } from "@pulumi/pulumi";

export default async function program() {
  // Pulumi's SDK takes many stack traces, and would look each one up in its source maps. Our TypeScript needs
  // none: Node removes the types and leaves every line where it is.
  Error.prepareStackTrace = undefined;
  if (!process.features.typescript) {
    throw new RunError(
      `This program needs Node 22.18 or later, but the PATH has ${process.versions.node}. ` +
        "Use `npx pulumi ...` or `npm run pulumi -- ...`, which bring their own Node.",
    );
  }
  const { originalOf } = await import("./clone-id.ts");
  const original = originalOf(path.resolve(import.meta.dirname, ".."));
  if (original !== undefined) {
    throw new RunError(
      `This folder and its state are a copy of ${original}: an update would change that clone. ` +
        "Run it there, or run `rm -r .pulumi` here to give this copy its own stack.",
    );
  }
  return { ...(await import("./index.ts")) };
}
