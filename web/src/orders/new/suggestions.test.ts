import { expect, it } from "vitest";
import { samples } from "./samples.ts";
import { suggestionsFrom } from "./suggestions.ts";

it("suggests what was ordered before the samples, each title number once", () => {
  const orders = [
    { title_number: "NG1", document_type: "lease" },
    { title_number: "OW12345678", document_type: "lease" },
    { title_number: "NG1", document_type: "register" },
  ] as const;
  const suggestions = suggestionsFrom(orders);
  expect([...suggestions.keys()].slice(0, 2)).toEqual(["NG1", "OW12345678"]);
  expect([...(suggestions.get("NG1") ?? [])]).toEqual(["lease", "register"]);
  expect([...(suggestions.get("OW12345678") ?? [])]).toEqual(["lease", "register"]);
  expect(suggestions.size).toBe(1 + new Set(samples.map(({ title_number }) => title_number)).size);
});

it("suggests at most a hundred title numbers", () => {
  const orders = Array.from({ length: 500 }, (_, n) => {
    return { title_number: `NG${n}`, document_type: "lease" } as const;
  });
  expect(suggestionsFrom(orders).size).toBe(100);
});
