import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StackContainers } from "../../../../commands/stack/engine/containers.ts";
import { Customer } from "../../../../lib/customer.ts";
import { STACK, StackUnderTest } from "../../../stack/stack-under-test.ts";
import { hasEarlierVersion, removeEarlierFiles, startEarlierVersion } from "./earlier-version.ts";

describe.runIf(await hasEarlierVersion())("a stack of version 0.1.0", () => {
  let folder = "";
  let url = "";
  let clone: StackUnderTest | undefined;
  let volumes: string[];
  let orderId = "";
  let waitingId = "";
  let text = "";

  beforeAll(async () => {
    ({ folder, url } = await startEarlierVersion());
  });

  afterAll(async () => {
    await clone?.remove();
  });

  it("completes an order", async () => {
    const customer = new Customer(url);
    orderId = String((await customer.order("OW12345678", "lease")).body.order_id);
    const delivery = await customer.delivery(orderId);
    expect(delivery.view.status).toBe("completed");
    ({ text } = delivery);
    volumes = await new StackContainers(folder, STACK).volumes();
    expect(volumes).toHaveLength(3);
  });

  it("accepts an order that no worker takes", async () => {
    const names = await new StackContainers(folder, STACK).names();
    await execa("docker", ["stop", ...names.filter((name) => name.includes("ocr-worker"))]);
    waitingId = await new Customer(url).place("OW12345678", "register");
  });

  it("keeps its volumes and its orders when this version's program updates it", async () => {
    await removeEarlierFiles(folder);
    clone = await StackUnderTest.update(folder);
    await clone.up();
    // The update adds volumes for parts that version 0.1.0 did not have.
    expect(await clone.stack.containers.volumes()).toEqual(expect.arrayContaining(volumes));
    expect(await clone.containers()).toHaveLength(6);
    const customer = new Customer(url);
    expect(await customer.delivery(orderId)).toMatchObject({ view: { status: "completed" }, text });
    expect(await customer.delivery(waitingId)).toMatchObject({ view: { status: "completed" } });
  });
});
