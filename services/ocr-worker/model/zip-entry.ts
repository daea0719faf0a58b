import { inflateRawSync } from "node:zlib";

/** Where the fields of a ZIP archive are (APPNOTE 4.3), in bytes from the start of their record. */
const END_SIZE = 22;
const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_SIZE = 46;
const LOCAL_SIZE = 30;
const STORED = 0;

/**
 * The content of a file in a ZIP archive without a comment. Its name and position are read from the archive's
 * directory. Throws if the archive has no such file.
 */
export function zipEntry(archive: Buffer, name: string): Buffer {
  const end = archive.length - END_SIZE;
  if (end < 0 || archive.readUInt32LE(end) !== END_SIGNATURE) throw new Error("This is not a ZIP archive");
  let at = archive.readUInt32LE(end + 16);
  while (at < end && archive.readUInt32LE(at) === ENTRY_SIGNATURE) {
    const nameLength = archive.readUInt16LE(at + 28);
    if (archive.toString("utf8", at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength) === name) {
      return contentOf(archive, at);
    }
    at += ENTRY_SIZE + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`The archive has no file ${name}`);
}

function contentOf(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const size = archive.readUInt32LE(entry + 20);
  const local = archive.readUInt32LE(entry + 42);
  const start = local + LOCAL_SIZE + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const content = archive.subarray(start, start + size);
  return method === STORED ? content : inflateRawSync(content);
}
