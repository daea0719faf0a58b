import { expect, test } from "vitest";
import { Places } from "./places.ts";

test("one user has fewer than there are for all, and a place is free once it is given back", () => {
  const places = new Places({ atOnce: 3, ofOneUser: 2, retrySeconds: 7 });
  const busy = expect.objectContaining({ status: 503, code: "busy", headers: { "Retry-After": "7" } });
  const [leave] = [places.take(1), places.take(1)];
  expect(() => places.take(1)).toThrow(busy);
  places.take(2);
  expect(() => places.take(3)).toThrow(busy);
  leave();
  leave();
  places.take(3);
  expect(() => places.take(1)).toThrow(busy);
});
