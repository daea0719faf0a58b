import { promisify } from "node:util";
import { constants, crc32, deflateRaw } from "node:zlib";

const deflated = promisify(deflateRaw);

/** Ends a deflated stream whose blocks are all complete: an empty last block. */
const lastBlock = Buffer.from([0x03, 0x00]);
/** Sizes and checksum follow the content (bit 3), and names are UTF-8 (bit 11). */
const flags = 0x0808;
const version = 20;
const deflateMethod = 8;
/** 1 January 1980, the earliest date that the format has. */
const date = 0x0021;

type Entry = { name: Buffer; offset: number; crc: number; compressed: number; size: number };

/** Writes a ZIP file (APPNOTE 6.3.10) of less than 4 GiB, part by part. Equal content gives equal bytes. */
export class ZipFile {
  readonly #entries: Entry[] = [];
  #offset = 0;

  /** Compresses and yields each part before the next one is taken. */
  async *file(name: string, parts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Buffer> {
    const entry: Entry = { name: Buffer.from(name), offset: this.#offset, crc: 0, compressed: 0, size: 0 };
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    this.#about(head, 4, entry);
    yield this.#counted(Buffer.concat([head, entry.name]));
    for await (const part of parts) {
      const content = Buffer.from(part);
      entry.crc = crc32(content, entry.crc);
      entry.size += content.length;
      // Complete blocks up to a byte boundary, so that the next part can follow.
      const blocks = await deflated(content, { finishFlush: constants.Z_SYNC_FLUSH });
      entry.compressed += blocks.length;
      yield this.#counted(blocks);
    }
    entry.compressed += lastBlock.length;
    const descriptor = Buffer.alloc(16);
    descriptor.writeUInt32LE(0x08074b50, 0);
    writeSizes(descriptor, 4, entry);
    this.#entries.push(entry);
    yield this.#counted(Buffer.concat([lastBlock, descriptor]));
  }

  /** The directory of all files. */
  end(): Buffer {
    const records = this.#entries.flatMap((entry) => {
      const record = Buffer.alloc(46);
      record.writeUInt32LE(0x02014b50, 0);
      record.writeUInt16LE(version, 4);
      this.#about(record, 6, entry);
      writeSizes(record, 16, entry);
      record.writeUInt32LE(entry.offset, 42);
      return [record, entry.name];
    });
    const directory = Buffer.concat(records);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(this.#entries.length, 8);
    end.writeUInt16LE(this.#entries.length, 10);
    end.writeUInt32LE(directory.length, 12);
    end.writeUInt32LE(this.#offset, 16);
    return Buffer.concat([directory, end]);
  }

  /** The fields that both headers of a file share, but for its sizes. */
  #about(header: Buffer, at: number, { name }: Entry): void {
    header.writeUInt16LE(version, at);
    header.writeUInt16LE(flags, at + 2);
    header.writeUInt16LE(deflateMethod, at + 4);
    header.writeUInt16LE(date, at + 8);
    header.writeUInt16LE(name.length, at + 22);
  }

  #counted(part: Buffer): Buffer {
    this.#offset += part.length;
    return part;
  }
}

function writeSizes(header: Buffer, at: number, { crc, compressed, size }: Entry): void {
  header.writeUInt32LE(crc, at);
  header.writeUInt32LE(compressed, at + 4);
  header.writeUInt32LE(size, at + 8);
}
