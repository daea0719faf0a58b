import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PDFiumModule } from "@hyzyla/pdfium";
import type { Module, Pointer } from "./pdfium-calls.ts";

let program: Promise<WebAssembly.Module> | undefined;

const wasmPageBytes = 65_536;
const scratchBytes = 64;
const formInfoBytes = 512;
const formInfoVersion = 2;

/**
 * PDFium as WebAssembly. It has no scripts, no network and no files, so a document can only affect PDFium's
 * own memory.
 */
export class Pdfium {
  readonly module: Module;
  readonly #scratch: Pointer;
  #isExhausted = false;

  private constructor(module: Module, memoryBytes: number) {
    this.module = module;
    this.#limitMemory(memoryBytes);
    this.#scratch = this.allocate(scratchBytes);
  }

  /** Opens a new PDFium without state from earlier documents. Its memory is freed with it. */
  static async open(memoryBytes: number): Promise<Pdfium> {
    program ??= readFile(fileURLToPath(import.meta.resolve("@hyzyla/pdfium/pdfium.wasm"))).then((bytes) =>
      WebAssembly.compile(bytes),
    );
    const compiled = await program;
    const described = await PDFiumModule({
      instantiateWasm(imports, done) {
        const instance = new WebAssembly.Instance(compiled, imports);
        // The package's type is wrong: its code expects the instance.
        done(instance as unknown as WebAssembly.Module);
        return instance.exports;
      },
    });
    described._FPDF_InitLibraryWithConfig({});
    // The package's types leave out most of the calls.
    return new Pdfium(described as Module, memoryBytes);
  }

  allocate(bytes: number): Pointer {
    const pointer = this.module.wasmExports.malloc(bytes);
    if (pointer === 0) throw new Error(`PDFium cannot allocate ${bytes} bytes`);
    return pointer;
  }

  /** The table that PDFium's function pointers are indexes of. */
  get functions(): WebAssembly.Table {
    const { __indirect_function_table: table } = this.module.wasmExports as Record<string, unknown>;
    if (!(table instanceof WebAssembly.Table)) throw new Error("PDFium does not export its function table");
    return table;
  }

  /** Whether PDFium asked for more memory than its limit. Results of the call that did so are unreliable. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  free(pointer: Pointer): void {
    this.module.wasmExports.free(pointer);
  }

  /** Copies bytes into PDFium's memory and returns their address. */
  copy(bytes: Uint8Array): Pointer {
    const pointer = this.allocate(bytes.length);
    this.module.HEAPU8.set(bytes, pointer);
    return pointer;
  }

  /**
   * Opens the form environment of a document. Without it PDFium creates no appearances for form values and
   * notes. Call this once per document.
   */
  openForms(document: Pointer): Pointer {
    // A structure of callbacks, all of which are unset.
    const info = this.allocate(formInfoBytes);
    this.module.HEAPU8.fill(0, info, info + formInfoBytes);
    this.module.HEAP32[info / 4] = formInfoVersion;
    return this.module._FPDFDOC_InitFormFillEnvironment(document, info);
  }

  /** Returns the numbers that a call writes to the address it gets. Undefined if the call reports failure. */
  doubles(count: number, call: (place: Pointer) => number): number[] | undefined {
    return call(this.#scratch) ? this.#read(count, 8, (view, at) => view.getFloat64(at, true)) : undefined;
  }

  floats(count: number, call: (place: Pointer) => number): number[] | undefined {
    return call(this.#scratch) ? this.#read(count, 4, (view, at) => view.getFloat32(at, true)) : undefined;
  }

  ints(count: number, call: (place: Pointer) => number): number[] | undefined {
    return call(this.#scratch) ? this.#read(count, 4, (view, at) => view.getInt32(at, true)) : undefined;
  }

  /**
   * Returns the text that a call writes. The call returns its length including the final zero. "" if the text
   * does not fit the scratch memory.
   */
  text(call: (place: Pointer, length: number) => number): string {
    const length = call(this.#scratch, scratchBytes);
    if (length > scratchBytes) return "";
    return Buffer.from(this.module.HEAPU8.subarray(this.#scratch, this.#scratch + length - 1)).toString(
      "latin1",
    );
  }

  #read(count: number, size: number, read: (view: DataView, at: Pointer) => number): number[] {
    const view = new DataView(this.module.HEAPU8.buffer);
    return Array.from({ length: count }, (_, index) => read(view, this.#scratch + index * size));
  }

  #limitMemory(memoryBytes: number): void {
    const { memory } = this.module.wasmExports as { memory?: unknown };
    if (!(memory instanceof WebAssembly.Memory)) throw new Error("PDFium does not export its memory");
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
      this.#isExhausted ||= memory.buffer.byteLength + pages * wasmPageBytes > memoryBytes;
      if (this.#isExhausted) throw new RangeError("PDFium needs too much memory");
      return grow(pages);
    };
  }
}
