/** The picture of a page, as one file or as tiles. */
export type Picture = {
  /** In pixels. */
  width: number;
  height: number;
  /** Names the picture in the viewer's cache. */
  key: string;
  /** Undefined: the picture is one file. `levels`: the last one is full size, each other half of the next. */
  tiles: { size: number; levels: number } | undefined;
  /** How far the file is turned clockwise to be shown, in quarter turns of 90 degrees. */
  turn?: number;
  /** Loads a tile, or the whole file without a place. */
  load(place: TilePlace | undefined, signal: AbortSignal): Promise<Blob>;
};

export type TilePlace = { level: number; x: number; y: number };

/** The smallest picture that is drawn from a copy of half the size, in pixels of its longer side. */
const smallestCopy = 700;

/** How often a picture of one file is halved, so that it is drawn well when it is shown small. */
export function levelsOf({ width, height }: Pick<Picture, "width" | "height">): number {
  return 1 + Math.max(0, Math.ceil(Math.log2(Math.max(width, height) / (2 * smallestCopy))));
}
