import OpenSeadragon from "openseadragon";
import { levelsOf, type Picture } from "./picture.ts";
import { turned } from "./turned.ts";

/**
 * A page's picture as OpenSeadragon reads it. A picture of one file is loaded once, and decoded away from the
 * main thread in the size that is needed. `failed` is called when a picture cannot be loaded.
 */
export function pictureSource(picture: Picture, failed: (error: unknown) => void): OpenSeadragon.TileSource {
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
  const running = new WeakMap<OpenSeadragon.ImageJob, AbortController>();

  source.getTileUrl = (level, x, y) => `${key}/${level}/${x}_${y}`;
  source.downloadTileStart = (job) => {
    const stop = new AbortController();
    running.set(job, stop);
    const { level, x, y } = job.tile;
    const loading = tiles
      ? picture.load({ level, x, y }, stop.signal).then((blob) => createImageBitmap(blob))
      : whole().then(async (blob) => turned(await createImageBitmap(blob, sizeAt(level)), turn));
    loading.then(
      (bitmap) => job.finish(bitmap, null, "imageBitmap"),
      (error: unknown) => {
        file = undefined;
        if (stop.signal.aborted) return;
        job.fail(String(error), null);
        failed(error);
      },
    );
  };
  source.downloadTileAbort = (job) => running.get(job)?.abort();
  return source;

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
