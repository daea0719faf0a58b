import sharp from "sharp";
import { expect, test } from "vitest";
import { originalPicture, wasMoved } from "./original-picture.ts";

/** A white picture with a black square in its upper left corner. */
async function cornered(width: number, height: number, channels: 1 | 3) {
  const square = { create: { width: 40, height: 40, channels: 3, background: "black" } } as const;
  const white = sharp({ create: { width, height, channels: 3, background: "white" } });
  const marked = white.composite([{ input: square, left: 0, top: 0 }]).removeAlpha();
  const raw = channels === 1 ? marked.toColourspace("b-w").raw() : marked.raw();
  const { data, info } = await raw.toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(channels);
  return channels === 1
    ? { data, width, height, dpi: undefined }
    : { data, width, height, dpi: undefined, channels };
}

/** The corners of a JPEG that are dark, as "top left" and so on. */
async function darkCorners(jpeg: Buffer): Promise<string[]> {
  const { data, info } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => (data[y * info.width + x] ?? 255) < 128;
  const [right, bottom] = [info.width - 6, info.height - 6];
  const corners = [at(5, 5) && "top left", at(right, 5) && "top right"];
  return [...corners, at(5, bottom) && "bottom left", at(right, bottom) && "bottom right"].flatMap(
    (name) => name || [],
  );
}

test.each([1, 3] as const)("a page of %i channels is kept as it came", async (channels) => {
  const picture = await cornered(300, 200, channels);
  const { jpeg, original } = await originalPicture(picture, [{ step: "rotate", degrees: 90 }], 0);
  expect(original).toEqual({ width: 300, height: 200, scale: 1 });
  expect(await sharp(jpeg).metadata()).toMatchObject({ format: "jpeg", channels, width: 300, height: 200 });
  expect(await darkCorners(jpeg)).toEqual(["top left"]);
});

test.each([
  [90, 200, 300, "bottom left"],
  [180, 300, 200, "bottom right"],
  [270, 200, 300, "top right"],
] as const)(
  "a picture that is turned by %i degrees is turned back",
  async (turned, width, height, corner) => {
    const picture = await cornered(300, 200, 1);
    const { jpeg, original } = await originalPicture(picture, [{ step: "rotate", degrees: turned }], turned);
    expect(original).toEqual({ width, height, scale: 1 });
    expect(await darkCorners(jpeg)).toEqual([corner]);
  },
);

test("a large page has at most 4 megapixels, and its scale includes that of the preparation", async () => {
  const picture = await cornered(4000, 2000, 1);
  const { original } = await originalPicture(
    picture,
    [
      { step: "deskew", degrees: 2 },
      { step: "scale", factor: 0.5 },
    ],
    0,
  );
  expect(original).toMatchObject({ width: 2828, height: 1414 });
  expect(original.scale).toBeCloseTo((4000 / 2828) * 0.5, 3);
});

test("only a page that was turned or straightened was moved", () => {
  expect(wasMoved([{ step: "scale", factor: 0.5 }, { step: "flatten" }, { step: "remove_lines" }])).toBe(
    false,
  );
  expect(wasMoved([{ step: "deskew", degrees: -3 }])).toBe(true);
  expect(
    wasMoved([
      { step: "scale", factor: 2 },
      { step: "rotate", degrees: 180 },
    ]),
  ).toBe(true);
});
