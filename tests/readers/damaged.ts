import sharp, { type Sharp } from "sharp";

type Damage = (picture: Sharp) => Promise<Buffer>;

/**
 * Pictures, as PNG, that a comparison of structure or of colours has to tell from the one they were made of:
 * from a picture with text and with colours.
 */
export const damaged: Record<"garbled" | "shifted" | "turned" | "grey", Damage> = {
  /** Rows of three bytes per pixel, shown as one byte per pixel. */
  async garbled(picture) {
    const rgb = picture.clone().toColourspace("srgb").removeAlpha().raw();
    const { data, info } = await rgb.toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: 1 } as const;
    return sharp(data.subarray(0, info.width * info.height), { raw })
      .png()
      .toBuffer();
  },

  async shifted(picture) {
    const { data, info } = await picture.clone().png().toBuffer({ resolveWithObject: true });
    const part = { left: 4, top: 0, width: info.width - 4, height: info.height };
    return sharp(data).extract(part).extend({ right: 4, background: "white" }).png().toBuffer();
  },

  turned: (picture) => picture.clone().rotate(180).png().toBuffer(),

  grey: (picture) => picture.clone().toColourspace("b-w").png().toBuffer(),
};
