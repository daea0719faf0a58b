import { execa } from "execa";
import { makeOfflineImages, offlineImages } from "../offline/base-images.ts";
import { say } from "./terminal.ts";

export type BaseImages = Readonly<Record<keyof typeof offlineImages, string>>;

/**
 * Sees to it that the base images are on the engine: those wanted, or, where no image registry can be reached,
 * images made of the distribution's packages.
 * @returns the images to use
 */
export async function ensureBaseImages(wanted: BaseImages): Promise<BaseImages> {
  let mustMake = false;
  for (const image of new Set(Object.values(wanted))) {
    if (Object.values<string>(offlineImages).includes(image)) {
      mustMake = true;
    } else if (!(await isThere(image))) {
      const reason = await pull(image);
      if (reason !== undefined) {
        say(`${image} cannot be downloaded (${reason})`);
        say("So the base images are made of this distribution's packages instead, see offline/README.md");
        await makeOfflineImages();
        return offlineImages;
      }
    }
  }
  if (mustMake) {
    await makeOfflineImages();
  }
  return wanted;
}

async function isThere(image: string): Promise<boolean> {
  return !(await execa("docker", ["image", "inspect", image], { reject: false })).failed;
}

/** @returns why it could not be downloaded, undefined where it could */
async function pull(image: string): Promise<string | undefined> {
  say(`Downloading ${image}`);
  const { failed, stderr } = await execa("docker", ["pull", "--quiet", image], { reject: false });
  return failed ? stderr.trim().split("\n").at(-1) : undefined;
}
