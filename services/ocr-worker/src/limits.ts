/** What a document may be and take; each is a setting of the stack. Sizes in bytes. */
export type DocumentLimits = {
  /** As the source sends it. */
  bytes: number;
  /** After the decompression of a compressed answer of the source. */
  decompressedBytes: number;
  pages: number;
  /** Of one page, before anything of it is decoded. */
  pixels: number;
  /** For one page, from its decoding to its words. */
  pageSeconds: number;
};

const mebibyte = 1024 * 1024;

export const defaultLimits: DocumentLimits = {
  bytes: 64 * mebibyte,
  decompressedBytes: 256 * mebibyte,
  pages: 500,
  pixels: 50_000_000,
  pageSeconds: 45,
};
