import { execa } from "execa";
import { Failure } from "../../../lib/failure.ts";
import { say } from "../../../lib/terminal.ts";
import {
  makeOfflineImages,
  makeOfflinePrometheusImage,
  offlineImages,
  offlinePrometheusImage,
} from "../offline.ts";

/** Base images by their settings. That of Prometheus is there if the stack needs it. */
export type BaseImages = Readonly<Record<keyof typeof offlineImages, string>> & {
  readonly prometheusImage?: string;
};

/** The settings of base images. */
export const baseImageKeys = ["nodeImage", "redisImage", "caddyImage", "prometheusImage"] as const;

const ownImages = { ...offlineImages, prometheusImage: offlinePrometheusImage };

/** The engine's messages if it reached no registry at all. A registry that refuses gives other messages. */
const UNREACHABLE = new RegExp(
  "no such host|dial tcp|i/o timeout|connection refused|network is unreachable|" +
    "TLS handshake|x509|context deadline|EOF|name resolution",
  "i",
);

/**
 * Makes the wanted base images available on the engine. If no image registry can be reached, an image of the
 * same name and tag on the engine replaces the wanted one, or else an image built from the distribution's
 * packages.
 * @returns the images to use
 * @throws Failure when a registry answers but does not give an image
 */
export async function ensureBaseImages(wanted: BaseImages): Promise<BaseImages> {
  const usable: { -readonly [Key in keyof BaseImages]: BaseImages[Key] } = { ...wanted };
  for (const key of baseImageKeys) {
    const image = wanted[key];
    if (image === undefined || Object.values(ownImages).includes(image) || (await isThere(image))) {
      continue;
    }
    const refusal = await pull(image);
    if (refusal !== undefined && !UNREACHABLE.test(refusal)) {
      throw new Failure(
        `The image ${image} (setting ${key}) cannot be downloaded: ${refusal}`,
        "Correct the name, or run `docker login`. " +
          `To set another image: npm run pulumi -- config set ${key} <image> --stack local`,
      );
    }
    if (refusal !== undefined) {
      // `docker load` restores the name and the tag, but not the registry's digest.
      const tagged = withoutDigest(image);
      say(`${tagged} cannot be downloaded, because no registry can be reached (${causeOf(refusal)})`);
      usable[key] = tagged !== image && (await isThere(tagged)) ? tagged : ownImages[key];
    }
  }
  const needed = baseImageKeys.filter((key) =>
    Object.values<string | undefined>(ownImages).includes(usable[key]),
  );
  if (needed.length > 0) {
    // Everybody must be able to read the files of an image, whatever the umask of this user.
    const umask = process.umask(0o022);
    try {
      if (needed.some((key) => key !== "prometheusImage")) await makeOfflineImages();
      if (needed.includes("prometheusImage")) await makeOfflinePrometheusImage();
    } finally {
      process.umask(umask);
    }
  }
  return usable;
}

async function isThere(image: string): Promise<boolean> {
  return !(await execa("docker", ["image", "inspect", image], { reject: false })).failed;
}

/** @returns why the download failed; undefined if it succeeded */
async function pull(image: string): Promise<string | undefined> {
  say(`Downloading ${withoutDigest(image)}`);
  const { failed, stderr } = await execa("docker", ["pull", "--quiet", image], { reject: false });
  return failed ? stderr.trim().split("\n").at(-1) : undefined;
}

function withoutDigest(image: string): string {
  return image.replace(/@sha256:.*$/, "");
}

/** The last part of the engine's message, without the addresses that it tried. */
function causeOf(refusal: string): string {
  return refusal.split(": ").at(-1) ?? refusal;
}
