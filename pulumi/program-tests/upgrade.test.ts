import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Registration, recordProgram, STACK } from "./recorded-program.ts";

/** The URNs in the state of a stack that the program of version 0.1.0 created, without its providers. */
const urnsBefore = z
  .array(z.string())
  .parse(JSON.parse(readFileSync(path.join(import.meta.dirname, "urns-of-0.1.0.json"), "utf8")))
  .map((urn) => urn.replaceAll("local", STACK));

/**
 * Images have another type since 0.1.0, so Pulumi builds a new one and forgets the old one, which stays on
 * the engine.
 */
const isServiceImage = (urn: string) => urn.includes("docker:index/image:Image::");

/** Every service of 0.1.0 knew this password. The new ones replace it. */
const isRedisPassword = (urn: string) => urn.endsWith("::redis-password");

let registrations: readonly Registration[];
beforeAll(async () => {
  ({ registrations } = await recordProgram({ settings: { ocrWorkers: "2" } }));
});

const successorsOf = (urn: string) => registrations.filter(({ urns }) => urns.includes(urn));

test("the state of 0.1.0 has a URN for each part", () => {
  expect(urnsBefore).toHaveLength(24);
  expect(urnsBefore.filter(isServiceImage)).toHaveLength(3);
});

test.each(urnsBefore.filter((urn) => !isServiceImage(urn) && !isRedisPassword(urn)))(
  "%s is kept, not replaced by another",
  (urn) => {
    expect(successorsOf(urn)).toHaveLength(1);
  },
);

test.each(urnsBefore.filter((urn) => urn.includes("volume:Volume")))(
  "a label that differs does not replace %s",
  (urn) => {
    expect(successorsOf(urn)[0]?.ignoreChanges).toContain("labels");
  },
);
