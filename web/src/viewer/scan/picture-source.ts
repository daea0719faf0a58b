import OpenSeadragon from "openseadragon";
import { levelsOf, type Picture } from "./picture.ts";
import { turned } from "./turned.ts";

/** `stop` must be called before the image is removed: OpenSeadragon complains of tiles that come later. */
export type PictureSource = { tiles: OpenSeadragon.TileSource; stop(): void };

/**
 * A page's picture as OpenSeadragon reads it. A picture of one file is loaded once, and decoded away from the
 * main thread in the size that is needed. `failed` is called when a picture cannot be loaded.
 */
export function pictureSource(picture: Picture, failed: (error: unknown) => void): PictureSource {
  const { width, height, tiles, key, turn = 0 } = picture;
  const levels = tiles?.levels ?? levelsOf(picture);
  const oneTile = { tileWidth: width, tileHeight: height };
  const source = new OpenSeadragon.TileSource({
    ...{ width, height, minLevel: 0, maxLevel: levels - 1, tileOverlap: 0 },
    ...(tiles ? { tileWidth: tiles.size, tileHeight: tiles.size } : oneTile),
  });
  let file: Promise<Blob> | undefined;
  const whole = () => {
    file ??= picture.load(undefined, new AbortController().signal);
    return file;
  };
  const running = new Map<OpenSeadragon.ImageJob, AbortController>();

  source.getTileUrl = (level, x, y) => `${key}/${level}/${x}_${y}`;
  source.downloadTileStart = (job) => {
    const loader = new AbortController();
    running.set(job, loader);
    const { level, x, y } = job.tile;
    const loading = tiles
      ? picture.load({ level, x, y }, loader.signal).then((blob) => createImageBitmap(blob))
      : whole().then(async (blob) => turned(await createImageBitmap(blob, sizeAt(level)), turn));
    loading.then(
      (bitmap) => {
        running.delete(job);
        if (loader.signal.aborted) bitmap.close();
        else job.finish(bitmap, null, "imageBitmap");
      },
      (error: unknown) => {
        running.delete(job);
        file = undefined;
        if (loader.signal.aborted) return;
        job.fail(String(error), null);
        failed(error);
      },
    );
  };
  source.downloadTileAbort = (job) => running.get(job)?.abort();
  return { tiles: source, stop };

  function stop(): void {
    for (const [job, loading] of running) {
      loading.abort();
      // Ends the job and its timer, and tells nobody.
      Object.assign(job, { callback: () => undefined });
      job.fail("The picture is not shown any more.", null);
    }
    running.clear();
  }

  function sizeAt(level: number): ImageBitmapOptions {
    if (level === levels - 1) return {};
    const scale = 0.5 ** (levels - 1 - level);
    const [wide, high] = turn % 180 === 0 ? [width, height] : [height, width];
    return {
      resizeWidth: Math.max(1, Math.round(wide * scale)),
      resizeHeight: Math.max(1, Math.round(high * scale)),
      resizeQuality: "high",
    };
  }
}

/** The image that OpenSeadragon has added. Its types do not know the event. */
export function addedImage(event: unknown): OpenSeadragon.TiledImage {
  const item: unknown = Object(event).item;
  if (item instanceof OpenSeadragon.TiledImage) return item;
  throw new Error("OpenSeadragon added no image");
}
