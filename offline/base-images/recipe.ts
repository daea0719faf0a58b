import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** What decides the base images, beside the Dockerfiles and the machine's distribution. */
export const recipe = {
  /** Raise it after a change of the code that changes the images. */
  edition: 1,
  node: "24.21.0",
  npm: "11.21.2",
  debootstrap: ["--variant=minbase", "--include=ca-certificates"],
  leftOut: ["./var/cache/apt/*", "./var/lib/apt/lists/*"],
} as const;

/** The label of images of the same recipe from when the hash covered the code too. They stay in use. */
export const sameRecipe = { hash: "9e93100112444777", earlierLabel: "02896a499d8f9c53" } as const;

/** Images that not every stack needs. They have a hash of their own, and come later. */
export const optionalFolder = path.join(import.meta.dirname, "optional");

export type ImageName = "node" | "redis" | "caddy" | "prometheus";

export function dockerfileOf(image: ImageName): string {
  const folder = image === "prometheus" ? optionalFolder : import.meta.dirname;
  return path.join(folder, `${image}.Dockerfile`);
}

/** A hash of the recipe and the Dockerfiles. An image with another one is built again. */
export function recipeHash(data: object = recipe, folder: string = import.meta.dirname): string {
  const hash = createHash("sha256").update(JSON.stringify(data));
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith(".Dockerfile")) {
      hash.update(`\0${name}\0`).update(readFileSync(path.join(folder, name)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/** Whether an image with this label was built by the recipe that has this hash. */
export function isBuiltBy(hash: string, label: string): boolean {
  return label === hash || (hash === sameRecipe.hash && label === sameRecipe.earlierLabel);
}
