import { Failure } from "../../lib/failure.ts";
import { baseImageKeys, ensureBaseImages } from "./engine/base-images.ts";
import { hasSetting, wantedBaseImages } from "./project.ts";

/**
 * Makes a stack's base images available on the engine.
 * @returns the settings whose image cannot be downloaded, each with the image that replaces it
 * @throws Failure when the stack's own file names such an image
 */
export async function substitutes(folder: string, stack: string): Promise<[string, string][]> {
  const wanted = wantedBaseImages(folder, stack);
  const usable = await ensureBaseImages(wanted);
  const keys = baseImageKeys.filter((key) => usable[key] !== wanted[key]);
  for (const key of keys) {
    if (hasSetting(folder, stack, key)) {
      throw new Failure(
        `The image ${wanted[key]} (setting ${key}) cannot be downloaded: no registry answers.`,
        `Load it with \`docker load\`, or remove the setting from Pulumi.${stack}.yaml.`,
      );
    }
  }
  return keys.map((key) => [key, usable[key] ?? ""]);
}
