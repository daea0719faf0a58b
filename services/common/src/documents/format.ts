/**
 * `extensions`: the file name extensions requested from the source. The format itself is detected from the
 * first bytes.
 */
export type Format = {
  name: "PDF" | "TIFF" | "PNG" | "JPEG" | "WebP" | "BMP";
  extensions: readonly string[];
  begins(head: Buffer): boolean;
};

/** PDF readers search this many bytes for the header. */
export const headBytes = 1024;

const startsWith =
  (...signatures: string[]) =>
  (head: Buffer) =>
    signatures.some((signature) =>
      head.subarray(0, signature.length).equals(Buffer.from(signature, "latin1")),
    );

/** All that the workers read, in the order in which they are requested from the source. */
export const formats: readonly Format[] = [
  { name: "PDF", extensions: ["pdf"], begins: (head) => head.includes("%PDF-") },
  {
    name: "TIFF",
    extensions: ["tif", "tiff"],
    begins: startsWith("II*\0", "MM\0*", "II+\0", "MM\0+"),
  },
  { name: "PNG", extensions: ["png"], begins: startsWith("\x89PNG\r\n\x1a\n") },
  { name: "JPEG", extensions: ["jpg", "jpeg"], begins: startsWith("\xff\xd8\xff") },
  {
    name: "WebP",
    extensions: ["webp"],
    begins: (head) => startsWith("RIFF")(head) && head.toString("latin1", 8, 12) === "WEBP",
  },
  {
    name: "BMP",
    extensions: ["bmp"],
    // Other files may also begin with these two letters, so the second header must have a size that exists.
    begins: (head) =>
      startsWith("BM")(head) && head.length >= 18 && bmpHeaderSizes.has(head.readUInt32LE(14)),
  },
];

const bmpHeaderSizes: ReadonlySet<number> = new Set([12, 40, 52, 56, 64, 108, 124]);

export const extensions: readonly string[] = formats.flatMap((format) => format.extensions);

/** Detects a format from the first `headBytes` bytes. Undefined if it is none of the formats. */
export function formatOf(bytes: Buffer): Format | undefined {
  const head = bytes.subarray(0, headBytes);
  // PDF is tried last, because its header may follow other bytes, such as those of another format.
  return formats.toReversed().find(({ begins }) => begins(head));
}
