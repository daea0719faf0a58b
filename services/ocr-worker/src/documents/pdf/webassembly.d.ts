/** What is used of it here: TypeScript has its types only together with those of browsers. */
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
    /** In pages of 64 KiB. Throws a RangeError where there is no more. */
    grow(pages: number): number;
  }
  class Table {
    set(index: number, value: unknown): void;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
