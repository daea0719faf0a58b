import { levelSizes, tilePlaces } from "@orbital-witness/common/results/tile-pyramid.ts";
import sharp from "sharp";
import { expect, test } from "vitest";
import { pictureTiles } from "./picture-tiles.ts";

/** A picture whose level of grey, or of each colour, grows from left to right and from top to bottom. */
function gradient(width: number, height: number, channels: 1 | 3) {
  const data = Buffer.alloc(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) data[at++] = levelAt(x / width, y / height);
    }
  }
  return channels === 1
    ? { data, width, height, dpi: undefined }
    : { data, width, height, dpi: undefined, channels };
}

const levelAt = (right: number, down: number) => Math.round(150 * right + 100 * down);

test.each([1, 3] as const)("each tile of a picture of %i channels shows its place", async (channels) => {
  const size = { width: 4100, height: 3001 };
  const made = await pictureTiles(gradient(size.width, size.height, channels));
  expect(made?.tiles).toEqual({ size: 512, levels: 5 });
  const bytes = made?.bytes ?? Buffer.alloc(0);
  const sizes = levelSizes(size);
  for (const [index, { level, x, y }] of tilePlaces(size).entries()) {
    const [start, end] = [8 + 4 * index, 12 + 4 * index].map((place) => bytes.readUInt32BE(place));
    const tile = sharp(bytes.subarray(start, end));
    const whole = sizes[level] ?? size;
    const { width, height, format, channels: found } = await tile.metadata();
    expect({ width, height, format, channels: found }).toEqual({
      width: Math.min(512, whole.width - 512 * x),
      height: Math.min(512, whole.height - 512 * y),
      ...{ format: "jpeg", channels },
    });
    const { data } = await tile.greyscale().raw().toBuffer({ resolveWithObject: true });
    const middle = data[Math.floor(height / 2) * width + Math.floor(width / 2)] ?? 0;
    const expected = levelAt((512 * x + width / 2) / whole.width, (512 * y + height / 2) / whole.height);
    expect(Math.abs(middle - expected), `${level}/${x}_${y}`).toBeLessThan(6);
  }
});

test("a picture of 12 megapixels has no tiles", async () => {
  expect(await pictureTiles(gradient(4000, 3000, 1))).toBeUndefined();
});
