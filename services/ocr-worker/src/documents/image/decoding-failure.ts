import { type FailureCode, OrderFailure } from "../../failure.ts";

/**
 * libvips reports a failed system call in a line of its own, for example when a temporary file has no room.
 * No document can cause one, because documents are decoded from memory.
 */
const failedSystemCall = /^system error: /mu;

/** The failure for an image that libvips cannot decode: `code`, unless the machine is the reason. */
export function decodingFailure(code: FailureCode & `${string}_damaged`, cause: unknown): OrderFailure {
  if (cause instanceof OrderFailure) return cause;
  const isOfMachine = cause instanceof Error && failedSystemCall.test(cause.message);
  return new OrderFailure(isOfMachine ? "internal_error" : code, { cause });
}
