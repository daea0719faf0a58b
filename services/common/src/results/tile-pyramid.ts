import type { ByteRange, StoredFile } from "./result-store.ts";

/** The side of a tile, in pixels. Those at the right and at the bottom may be smaller. */
export const tileSize = 512;

/** Width and height in pixels, or in tiles. */
type Size = { width: number; height: number };

/** Column and row of a tile from 0, in a level from 0. Each level has twice the size of the one before. */
export type TilePlace = { level: number; x: number; y: number };

/** The sizes of the levels: the first fits into one tile, and the last is full size. */
export function levelSizes({ width, height }: Size): Size[] {
  const sizes = [{ width, height }];
  for (let size = { width, height }; Math.max(size.width, size.height) > tileSize; sizes.unshift(size)) {
    size = { width: Math.ceil(size.width / 2), height: Math.ceil(size.height / 2) };
  }
  return sizes;
}

/** The places of all tiles, in the order in which they are stored. */
export function tilePlaces(size: Size): TilePlace[] {
  return levelSizes(size).flatMap((levelSize, level) => {
    const { width, height } = gridOf(levelSize);
    return Array.from({ length: width * height }, (_, tile) => {
      return { level, x: tile % width, y: Math.floor(tile / width) };
    });
  });
}

const headerBytes = 8;
const offsetBytes = 4;

/**
 * Packs tiles, given in the order of `tilePlaces`, into one file. The format is, in integers of four bytes
 * (big-endian): width and height of the picture; for each tile where it begins in the file, and then the
 * file's length. The tiles follow.
 */
export function packTiles({ width, height }: Size, tiles: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(headerBytes + offsetBytes * (tiles.length + 1));
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  let end = head.length;
  for (const [index, tile] of tiles.entries()) {
    head.writeUInt32BE(end, headerBytes + offsetBytes * index);
    end += tile.length;
  }
  head.writeUInt32BE(end, headerBytes + offsetBytes * tiles.length);
  return Buffer.concat([head, ...tiles]);
}

/** Returns where a tile is in the file. Reads 16 bytes of it. Undefined if there is no such tile. */
export async function findTile(file: StoredFile, place: TilePlace): Promise<ByteRange | undefined> {
  const head = await readBytes(file, { start: 0, end: headerBytes });
  const size = { width: head.readUInt32BE(0), height: head.readUInt32BE(4) };
  const index = tileIndex(size, place);
  if (index === undefined) return undefined;
  const start = headerBytes + offsetBytes * index;
  const offsets = await readBytes(file, { start, end: start + 2 * offsetBytes });
  return { start: offsets.readUInt32BE(0), end: offsets.readUInt32BE(offsetBytes) };
}

/** The number of a tile in the order of `tilePlaces`. */
function tileIndex(size: Size, { level, x, y }: TilePlace): number | undefined {
  const grids = levelSizes(size).map(gridOf);
  const grid = grids[level];
  if (!grid || x < 0 || y < 0 || x >= grid.width || y >= grid.height) return undefined;
  const before = grids.slice(0, level).reduce((sum, { width, height }) => sum + width * height, 0);
  return before + y * grid.width + x;
}

function gridOf({ width, height }: Size): Size {
  return { width: Math.ceil(width / tileSize), height: Math.ceil(height / tileSize) };
}

async function readBytes(file: StoredFile, range: ByteRange): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of file.read(range)) parts.push(part);
  return Buffer.concat(parts);
}
