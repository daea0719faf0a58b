import {
  PDFContext,
  PDFCrossRefSection,
  PDFHeader,
  type PDFObject,
  type PDFRef,
  PDFTrailer,
  PDFTrailerDict,
} from "@cantoo/pdf-lib";

type Part = { sizeInBytes(): number; copyBytesInto(buffer: Uint8Array, offset: number): number };

/**
 * A PDF file in parts that may go out as they are made: what is kept of an object is its place. The parts are to be joined in the order in which they are
 * returned: `begin`, an `object` each, `end`.
 */
export class PdfFile {
  readonly context = PDFContext.create();
  readonly #places: { ref: PDFRef; offset: number }[] = [];
  #length = 0;

  begin(): Uint8Array {
    return this.#part(PDFHeader.forVersion(1, 7));
  }

  /** `ref` from `context.nextRef()`, which objects before it may name already. */
  object(ref: PDFRef, object: PDFObject): Uint8Array {
    this.#places.push({ ref, offset: this.#length });
    return this.#part(`${nameOf(ref)} obj\n`, object, "\nendobj");
  }

  /** The same for a stream, whose content is not copied. */
  stream(ref: PDFRef, content: Uint8Array, fields: Parameters<PDFContext["stream"]>[1]): Uint8Array[] {
    const dictionary = this.context.obj({ ...fields, Length: content.length });
    this.#places.push({ ref, offset: this.#length });
    const begin = this.#part(`${nameOf(ref)} obj\n`, dictionary, "\nstream");
    this.#length += content.length;
    return [begin, content, this.#part("\nendstream\nendobj")];
  }

  /** `trailer`: `Root` and what else it is to have. */
  end(trailer: Record<string, PDFObject>): Uint8Array {
    const start = this.#length;
    const places = PDFCrossRefSection.create();
    for (const { ref, offset } of this.#places.toSorted((a, b) => a.ref.objectNumber - b.ref.objectNumber)) {
      places.addEntry(ref, offset);
    }
    const dictionary = this.context.obj({ Size: this.context.largestObjectNumber + 1, ...trailer });
    return this.#part(
      places,
      PDFTrailerDict.of(dictionary),
      "\n",
      PDFTrailer.forLastCrossRefSectionOffset(start),
    );
  }

  #part(...parts: (Part | string)[]): Uint8Array {
    const bytes = parts.map((part) =>
      typeof part === "string" ? Buffer.from(part, "latin1") : bytesOf(part),
    );
    const joined = Buffer.concat([...bytes, Buffer.from("\n")]);
    this.#length += joined.length;
    return joined;
  }
}

function nameOf({ objectNumber, generationNumber }: PDFRef): string {
  return `${objectNumber} ${generationNumber}`;
}

function bytesOf(part: Part): Uint8Array {
  const bytes = new Uint8Array(part.sizeInBytes());
  part.copyBytesInto(bytes, 0);
  return bytes;
}
