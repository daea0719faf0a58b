import { expect, test } from "vitest";
import { closeAll } from "./close-all.ts";

test("a failed close does not keep the others open, and is reported", async () => {
  const closed: string[] = [];
  const close = (name: string) => async () => closed.push(name);
  const fail = (reason: string) => () => Promise.reject(new Error(reason));
  const closing = closeAll([close("a"), fail("b hangs"), close("c"), fail("d hangs"), close("e")]);
  await expect(closing).rejects.toMatchObject({ errors: [new Error("b hangs"), new Error("d hangs")] });
  expect(closed).toEqual(["a", "c", "e"]);
  await closeAll([close("f")]);
});
