/** The types used here. TypeScript has them only together with the browser's types. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    private readonly isModule;
  }
  type Imports = object;
  type Exports = Record<string, unknown>;
  class Instance {
    constructor(module: Module, imports: Imports);
    readonly exports: Exports;
  }
  class Memory {
    readonly buffer: ArrayBuffer;
    /** `pages` of 64 KiB. Throws a RangeError if no more memory is available. */
    grow(pages: number): number;
  }
  class Table {
    set(index: number, value: unknown): void;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
