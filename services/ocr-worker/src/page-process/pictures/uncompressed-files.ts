/** Sizes of the fixed parts of a zip file, in bytes, and the signature of its last part. */
const endBytes = 22;
const entryBytes = 46;
const localHeaderBytes = 30;
const endSignature = 0x06054b50;

/**
 * The files of a zip in which libvips stored an uncompressed picture of the layout `dz`, by their names
 * without the first folder. They share the memory of the zip. Specification: PKWARE's APPNOTE.TXT 6.3.10,
 * section 4.3.
 */
export function uncompressedFiles(zip: Buffer): Map<string, Buffer> {
  const end = zip.length - endBytes;
  // libvips writes no comment after the last part.
  if (end < 0 || zip.readUInt32LE(end) !== endSignature) throw new Error("libvips wrote an unknown zip file");
  const count = zip.readUInt16LE(end + 10);
  const files = new Map<string, Buffer>();
  for (let entry = zip.readUInt32LE(end + 16), index = 0; index < count; index++) {
    if (zip.readUInt16LE(entry + 10) !== 0) throw new Error("libvips compressed a file of a zip");
    const size = zip.readUInt32LE(entry + 20);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((place) =>
      zip.readUInt16LE(entry + place),
    );
    const name = zip.toString("utf8", entry + entryBytes, entry + entryBytes + (nameBytes ?? 0));
    const header = zip.readUInt32LE(entry + 42);
    // The local header has lengths of its own, because its extra field may differ.
    const start = header + localHeaderBytes + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    files.set(name.slice(name.indexOf("/") + 1), zip.subarray(start, start + size));
    entry += entryBytes + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
  return files;
}
