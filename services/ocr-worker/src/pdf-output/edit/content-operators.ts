/**
 * An operation of a content stream. `start`: the position of its first operand. `end`: the position after its
 * operator. `hasText`: an operand is, or contains, a string that is not empty.
 */
export type Operation = { operator: string; start: number; end: number; hasText: boolean };

const space = new Set([0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20]);
const delimiters = new Set([..."()<>[]{}/%"].map((character) => character.charCodeAt(0)));
const [openString, closeString, backslash] = [0x28, 0x29, 0x5c];
const [less, greater, percent, slash] = [0x3c, 0x3e, 0x25, 0x2f];
const [lineFeed, carriageReturn] = [0x0a, 0x0d];
const brackets = new Set([..."[]{}"].map((character) => character.charCodeAt(0)));
const isNumber = /^[+-.\d]/;
const constants: ReadonlySet<string> = new Set(["true", "false", "null"]);

/** Returns the operations of a content stream (ISO 32000-1, 7.8.2), in order. */
export function operationsOf(content: Uint8Array): Operation[] {
  return new Scanner(content).operations();
}

class Scanner {
  readonly #content: Uint8Array;
  #at = 0;
  #start: number | undefined;
  #hasText = false;

  constructor(content: Uint8Array) {
    this.#content = content;
  }

  operations(): Operation[] {
    const found: Operation[] = [];
    while (this.#at < this.#content.length) {
      const byte = this.#byte(0);
      if (space.has(byte)) {
        this.#at++;
        continue;
      }
      if (byte === percent) {
        this.#skipComment();
        continue;
      }
      this.#start ??= this.#at;
      const operator = this.#token(byte);
      if (operator === undefined) continue;
      if (operator === "ID") this.#skipInlineImage();
      found.push({ operator, start: this.#start, end: this.#at, hasText: this.#hasText });
      this.#start = undefined;
      this.#hasText = false;
    }
    return found;
  }

  /** Skips a token, and returns it if it is an operator. */
  #token(byte: number): string | undefined {
    if (byte === openString) return this.#string();
    if (byte === less && this.#byte(1) !== less) return this.#hexString();
    if (byte === less || byte === greater) {
      this.#at += 2;
      return undefined;
    }
    if (brackets.has(byte) || byte === closeString) {
      this.#at++;
      return undefined;
    }
    const begin = this.#at++;
    while (this.#at < this.#content.length && !space.has(this.#byte(0)) && !delimiters.has(this.#byte(0)))
      this.#at++;
    if (byte === slash) return undefined;
    const word = Buffer.from(this.#content.subarray(begin, this.#at)).toString("latin1");
    return isNumber.test(word) || constants.has(word) ? undefined : word;
  }

  #string(): undefined {
    const begin = this.#at++;
    for (let depth = 1; depth > 0 && this.#at < this.#content.length; this.#at++) {
      const byte = this.#byte(0);
      if (byte === backslash) this.#at++;
      else if (byte === openString) depth++;
      else if (byte === closeString) depth--;
    }
    this.#hasText ||= this.#at - begin > 2;
  }

  #hexString(): undefined {
    const begin = this.#at;
    while (this.#at < this.#content.length && this.#byte(0) !== greater) this.#at++;
    this.#at++;
    this.#hasText ||= /[0-9a-f]/i.test(
      Buffer.from(this.#content.subarray(begin, this.#at)).toString("latin1"),
    );
  }

  #skipComment(): void {
    while (this.#at < this.#content.length && this.#byte(0) !== lineFeed && this.#byte(0) !== carriageReturn)
      this.#at++;
  }

  /** An inline image's data ends with EI between white space. Some writers leave out the space before it. */
  #skipInlineImage(): void {
    const begin = this.#at;
    const end = this.#endOfImage(begin, true) ?? this.#endOfImage(begin, false);
    this.#at = end ?? this.#content.length;
  }

  #endOfImage(begin: number, isSpaced: boolean): number | undefined {
    for (let at = begin; at < this.#content.length - 1; at++) {
      const isOperator = this.#content[at] === 0x45 && this.#content[at + 1] === 0x49;
      if (isOperator && (!isSpaced || space.has(this.#content[at - 1] ?? 0)) && this.#isTextAt(at + 2))
        return at + 2;
    }
    return undefined;
  }

  /** Whether white space and then only ASCII follows, which image data is unlikely to contain. */
  #isTextAt(start: number): boolean {
    const rest = this.#content.subarray(start, start + 12);
    return (
      (rest.length === 0 || space.has(rest[0] ?? 0)) &&
      rest.every((byte) => space.has(byte) || (byte >= 0x20 && byte < 0x7f))
    );
  }

  #byte(offset: number): number {
    return this.#content[this.#at + offset] ?? 0;
  }
}
