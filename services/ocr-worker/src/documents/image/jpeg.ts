/**
 * Frame headers are start of frame 0 to 15 (ITU T.81, table B.1). Of these, 4, 8 and 12 have another meaning.
 */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
const startOfScan = 0xda;
const endOfImage = 0xd9;
/** Markers of two bytes without a segment, such as restarts. */
const isAlone = (marker: number) => marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/**
 * Returns the size in a JPEG's own frame header, found in the same way as libjpeg does: bytes between two
 * markers are skipped.
 */
export function jpegSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 1 < bytes.length) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === 0x00 || marker === 0xff) at++;
    else if (isAlone(marker)) at += 2;
    else if (marker === startOfScan || marker === endOfImage || at + 9 > bytes.length) return undefined;
    else if (isFrame(marker)) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    else at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
