import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";

/** As `expect(actual).toEqual(expected)`, but faster when they are equal, as thousands of times in a test. */
export function same(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
}
