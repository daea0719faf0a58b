import { expect, test } from "vitest";
import { rotate, scale, toPgm } from "./picture.ts";

/** An image whose top left pixel is black. */
const picture = { data: Buffer.alloc(6, 255).fill(0, 0, 1), width: 3, height: 2, dpi: 100 };
const pixels = (width: number, ...levels: number[]) => ({
  data: Buffer.from(levels),
  width,
  height: levels.length / width,
  dpi: 100,
});

test("a quarter turn is clockwise and moves pixels as they are", async () => {
  expect(await rotate(picture, 90)).toEqual(pixels(2, 255, 0, 255, 255, 255, 255));
  expect(await rotate(picture, 180)).toEqual(pixels(3, 255, 255, 255, 255, 255, 0));
  expect(await rotate(picture, 270)).toEqual(pixels(2, 255, 255, 255, 255, 0, 255));
});

test("the corners that a rotation adds are white", async () => {
  const black = { data: Buffer.alloc(10_000), width: 100, height: 100, dpi: undefined };
  const { data, width, height } = await rotate(black, 10);
  expect(width).toBeGreaterThan(100);
  expect([data[0], data[width - 1], data[data.length - 1]]).toEqual([255, 255, 255]);
  expect(data[(height / 2) * width + width / 2]).toBe(0);
});

test("a scaled page has the matching resolution, and at least one pixel", async () => {
  expect(await scale(picture, 2)).toMatchObject({ width: 6, height: 4, dpi: 200 });
  expect(await scale({ ...picture, dpi: undefined }, 0.01)).toMatchObject({
    width: 1,
    height: 1,
    dpi: undefined,
  });
});

test("the file for tesseract consists of a header and the pixels", () => {
  expect(toPgm(picture)).toEqual(Buffer.concat([Buffer.from("P5\n3 2\n255\n"), picture.data]));
});
