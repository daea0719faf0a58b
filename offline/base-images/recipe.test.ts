import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../../lib/scratch-folder.ts";
import { dockerfileOf, isBuiltBy, optionalFolder, recipe, recipeHash, sameRecipe } from "./recipe.ts";

function copyOfFolder(): string {
  const folder = scratchFolder();
  cpSync(import.meta.dirname, folder, { recursive: true });
  return folder;
}

test.each(["node", "redis", "caddy"] as const)("a change of %s.Dockerfile changes the hash", (image) => {
  const folder = copyOfFolder();
  const file = path.join(folder, path.basename(dockerfileOf(image)));
  writeFileSync(file, `${readFileSync(file, "utf8")}\nRUN true\n`);
  expect(recipeHash(recipe, folder)).not.toBe(recipeHash());
});

test("the image of Prometheus is built by itself", () => {
  expect(readFileSync(dockerfileOf("prometheus"), "utf8")).toContain("prometheus");
  expect(recipeHash(recipe, optionalFolder)).not.toBe(recipeHash());
  expect(recipeHash()).toBe(sameRecipe.hash);
});

test.each(Object.keys(recipe))("another %s changes the hash", (key) => {
  expect(recipeHash({ ...recipe, [key]: "another" })).not.toBe(recipeHash());
});

test("an edit of the code does not change the hash", () => {
  const folder = copyOfFolder();
  writeFileSync(path.join(folder, "recipe.ts"), "// edited\n");
  expect(recipeHash(recipe, folder)).toBe(recipeHash());
});

test("images of the earlier label stay in use, but only while the recipe is the same", () => {
  expect(isBuiltBy(recipeHash(), sameRecipe.earlierLabel)).toBe(true);
  expect(isBuiltBy(recipeHash({ ...recipe, edition: 2 }), sameRecipe.earlierLabel)).toBe(false);
  expect(isBuiltBy(recipeHash(), recipeHash())).toBe(true);
});
