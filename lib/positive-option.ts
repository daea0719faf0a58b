import { Failure } from "./failure.ts";

/** The value of a command's option, a whole number from 1. Throws a Failure that names the option. */
export function positiveOption(name: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Failure(`--${name} must be a whole number from 1`, "Leave it out for the usual number.");
}
