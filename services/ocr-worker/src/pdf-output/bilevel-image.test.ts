import { inflateSync } from "node:zlib";
import sharp from "sharp";
import { expect, test } from "vitest";
import { bilevelImage } from "./bilevel-image.ts";

test("a picture in black and white becomes one bit per pixel, each row from a new byte", async () => {
  const rows = ["W........W", ".WWWWWWWW.", "..........", "WWWWWWWWWW"];
  const data = Buffer.from([...rows.join("")].map((pixel) => (pixel === "W" ? 255 : 0)));
  const raw = { width: 10, height: rows.length, channels: 1 } as const;
  const { entries, content } = await bilevelImage(sharp(data, { raw }).toColourspace("b-w"));
  expect(entries).toContain("/Width 10 /Height 4 /ColorSpace /DeviceGray /BitsPerComponent 1");
  const bits = [...inflateSync(content)].map((byte) => byte.toString(2).padStart(8, "0"));
  expect(bits).toEqual([
    ...["10000000", "01000000"],
    ...["01111111", "10000000"],
    ...["00000000", "00000000"],
    ...["11111111", "11000000"],
  ]);
});
