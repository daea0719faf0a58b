import { expect, it } from "vitest";
import { failureCodeSchema } from "../../../services/ocr-worker/src/failure.ts";
import { adviceFor } from "./failure-advice.ts";

it.each(failureCodeSchema.options)("says what to do about %s", (code) => {
  expect(adviceFor(code)).not.toBe(adviceFor("a code of a later version"));
});
