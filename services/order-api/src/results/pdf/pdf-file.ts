import { PDFContext, PDFCrossRefSection, type PDFObject, type PDFRef } from "@cantoo/pdf-lib";

type Fields = Parameters<PDFContext["stream"]>[1];

/**
 * The file that an update is appended to: its length in bytes, its first free object number, and the place
 * and kind of its last cross-reference section.
 */
export type PdfBase = { length: number; nextNumber: number; startXref: number; xref: "table" | "stream" };

const header = "%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n";
/** Bytes of a cross-reference stream's fields: the kind of entry, the offset, the generation. */
const fieldBytes = [1, 6, 2] as const;

/**
 * A PDF file, or an update that is appended to one. It is made in parts that can be sent at once, because
 * only the position of each object is kept. The parts must be sent in the order in which they are returned:
 * first `begin`, then the objects and streams, and last `end`.
 */
export class PdfFile {
  readonly context = PDFContext.create();
  readonly #base: PdfBase | undefined;
  readonly #places: { ref: PDFRef; offset: number }[] = [];
  #length: number;

  constructor(base?: PdfBase) {
    this.#base = base;
    this.#length = base?.length ?? 0;
    if (base) this.context.largestObjectNumber = base.nextNumber - 1;
  }

  begin(): Uint8Array {
    return this.#part(this.#base ? "\n" : header);
  }

  /**
   * `ref` comes from `context.nextRef()`, and earlier objects may refer to it. In an update it may also be
   * that of an existing object, which is then replaced.
   */
  object(ref: PDFRef, object: PDFObject | Uint8Array): Uint8Array {
    this.#places.push({ ref, offset: this.#length });
    const body = object instanceof Uint8Array ? object : bytesOf(object);
    return this.#part(`${nameOf(ref)} obj\n`, body, "\nendobj\n");
  }

  /**
   * Adds a stream. Its content is not copied. `fields`: its dictionary without `Length`, as fields or as PDF
   * source.
   */
  stream(ref: PDFRef, content: Uint8Array, fields: Fields | string): Uint8Array[] {
    const entries =
      typeof fields === "string"
        ? fields
        : bytesOf(this.context.obj(fields ?? {}))
            .toString("latin1")
            .slice(2, -2);
    this.#places.push({ ref, offset: this.#length });
    const begin = this.#part(`${nameOf(ref)} obj\n<<${entries}\n/Length ${content.length}\n>>\nstream\n`);
    this.#length += content.length;
    return [begin, content, this.#part("\nendstream\nendobj\n")];
  }

  /** `trailer`: `Root` and any other fields, as PDF source. */
  end(trailer: string): Uint8Array {
    const start = this.#length;
    const previous = this.#base ? `/Prev ${this.#base.startXref}` : "";
    const section =
      this.#base?.xref === "stream"
        ? this.#xrefStream(trailer, previous)
        : this.#xrefTable(trailer, previous);
    return this.#part(...section, `startxref\n${start}\n%%EOF\n`);
  }

  #xrefTable(trailer: string, previous: string): (string | Uint8Array)[] {
    // An update does not repeat the entry for the head of the list of free objects.
    const places = this.#base ? PDFCrossRefSection.createEmpty() : PDFCrossRefSection.create();
    for (const { ref, offset } of this.#sorted()) places.addEntry(ref, offset);
    const size = this.context.largestObjectNumber + 1;
    return [bytesOf(places), `trailer\n<<\n/Size ${size}\n${trailer}\n${previous}\n>>\n`];
  }

  #xrefStream(trailer: string, previous: string): (string | Uint8Array)[] {
    const ref = this.context.nextRef();
    this.#places.push({ ref, offset: this.#length });
    const entries = this.#sorted();
    const rows = entries.map(({ offset }) => {
      const row = Buffer.alloc(fieldBytes[0] + fieldBytes[1] + fieldBytes[2]);
      row.writeUInt8(1);
      row.writeUIntBE(offset, fieldBytes[0], fieldBytes[1]);
      return row;
    });
    const content = Buffer.concat(rows);
    const index = entries.map(({ ref: { objectNumber } }) => `${objectNumber} 1`).join(" ");
    const kind = `/Type /XRef /W [${fieldBytes.join(" ")}] /Index [${index}]`;
    const size = `/Size ${this.context.largestObjectNumber + 1} /Length ${content.length}`;
    const dictionary = `<<\n${kind}\n${size}\n${trailer}\n${previous}\n>>`;
    return [`${nameOf(ref)} obj\n${dictionary}\nstream\n`, content, "\nendstream\nendobj\n"];
  }

  #sorted() {
    return this.#places.toSorted((a, b) => a.ref.objectNumber - b.ref.objectNumber);
  }

  #part(...parts: (string | Uint8Array)[]): Uint8Array {
    const joined = Buffer.concat(
      parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)),
    );
    this.#length += joined.length;
    return joined;
  }
}

function nameOf({ objectNumber, generationNumber }: PDFRef): string {
  return `${objectNumber} ${generationNumber}`;
}

function bytesOf(part: {
  sizeInBytes(): number;
  copyBytesInto(buffer: Uint8Array, offset: number): number;
}): Buffer {
  const bytes = Buffer.alloc(part.sizeInBytes());
  part.copyBytesInto(bytes, 0);
  return bytes;
}
