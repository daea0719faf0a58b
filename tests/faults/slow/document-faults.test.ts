import { expect, test } from "vitest";
import { FaultStack } from "../harness/fault-stack.ts";
import { Orders, outcomes } from "../harness/orders.ts";

const stack = await FaultStack.open();
const orders = new Orders(stack);

test("10 the source always answers 503, or one byte a second: five attempts, then failed", async () => {
  const stuck = await Promise.all(["ST503", "OW00000001"].map((title) => orders.place(title)));
  await orders.reaches(stuck[1] ?? "", "fetching");
  expect(outcomes(await orders.ended(await orders.place("OK10")))).toEqual(["completed"]);
  for (const id of stuck) {
    const view = await orders.ended(id, 150);
    expect(view).toMatchObject({ status: "failed", reason: { code: "source_unavailable" } });
    expect(outcomes(view)).toEqual(Array.from({ length: 5 }, () => "failed"));
  }
});
