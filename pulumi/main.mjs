// Where Pulumi enters. Plain JavaScript, so that a Node too old for the program can say so: the bare CLI runs on
// whichever Node the PATH has.
import { RunError } from "@pulumi/pulumi";

export default async function program() {
  if (!process.features.typescript) {
    throw new RunError(
      `This program needs Node 22.18 or later, but the PATH has ${process.versions.node}. ` +
        "Run it by `npx pulumi ...` or `npm run pulumi -- ...`, which bring a Node of their own.",
    );
  }
  return { ...(await import("./index.ts")) };
}
