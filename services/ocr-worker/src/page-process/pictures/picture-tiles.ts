import type { PageTiles } from "@orbital-witness/common/results/page-result.ts";
import { levelSizes, packTiles, tilePlaces, tileSize } from "@orbital-witness/common/results/tile-pyramid.ts";
import type { ColourImage, GreyImage } from "../../recognition/grey-image.ts";
import { toSharp } from "../../recognition/preparation/picture.ts";
import { uncompressedFiles } from "./uncompressed-files.ts";

/** A viewer takes a picture of more pixels in tiles. */
const largestWhole = 12_000_000;
const quality = 80;

/**
 * Encodes a large picture as a pyramid of JPEG tiles. Undefined for any other picture. libvips makes all
 * levels in one pass, which is a third faster than one picture for each tile, and keeps no level in memory.
 */
export async function pictureTiles(
  picture: GreyImage | ColourImage,
): Promise<{ bytes: Buffer; tiles: PageTiles } | undefined> {
  const { width, height } = picture;
  if (width * height <= largestWhole) return undefined;
  const zip = await toSharp(picture)
    .jpeg({ quality })
    .tile({ size: tileSize, overlap: 0, layout: "dz", depth: "onetile", container: "zip" })
    .toBuffer();
  const files = uncompressedFiles(zip);
  const encoded = tilePlaces(picture).map(({ level, x, y }) => {
    const name = `${level}/${x}_${y}.jpeg`;
    const found = files.get(name);
    if (!found) throw new Error(`libvips made no tile ${name}`);
    return found;
  });
  return {
    bytes: packTiles(picture, encoded),
    tiles: { size: tileSize, levels: levelSizes(picture).length },
  };
}
