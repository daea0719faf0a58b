import { expect, test } from "vitest";
import type { StoredFile } from "./result-store.ts";
import { findTile, levelSizes, packTiles, tilePlaces } from "./tile-pyramid.ts";

/** A file that counts the bytes that are read of it. */
function fileOf(bytes: Buffer) {
  const read = { bytes: 0 };
  const file: StoredFile = {
    ...{ size: bytes.length, savedMs: 0, bytes: async () => bytes },
    async *read({ start, end } = { start: 0, end: bytes.length }) {
      read.bytes += end - start;
      yield bytes.subarray(start, end);
    },
  };
  return { file, read };
}

test.each([
  [{ width: 512, height: 100 }, [[512, 100]]],
  [
    { width: 513, height: 2047 },
    [
      [129, 512],
      [257, 1024],
      [513, 2047],
    ],
  ],
])("each level of %j is half of the next, rounded up, and the first fits into a tile", (size, levels) => {
  expect(levelSizes(size).map(({ width, height }) => [width, height])).toEqual(levels);
});

test("each tile is found by reading 16 bytes, and no other place has one", async () => {
  const size = { width: 1301, height: 1027 };
  const places = tilePlaces(size);
  expect(places).toHaveLength(1 + 4 + 9);
  const nameOf = ({ level, x, y }: (typeof places)[number]) => `${level}/${x}_${y}`;
  const bytes = packTiles(
    size,
    places.map((place) => Buffer.from(nameOf(place))),
  );
  for (const place of places) {
    const { file, read } = fileOf(bytes);
    const range = await findTile(file, place);
    expect(bytes.subarray(range?.start, range?.end).toString()).toBe(nameOf(place));
    expect(read.bytes).toBe(16);
  }
  for (const place of [
    { level: 0, x: 1, y: 0 },
    { level: 2, x: 3, y: 0 },
    { level: 2, x: 0, y: 3 },
    { level: 3, x: 0, y: 0 },
    { level: -1, x: 0, y: 0 },
    { level: 2, x: -1, y: 1 },
  ]) {
    expect(await findTile(fileOf(bytes).file, place)).toBeUndefined();
  }
});
