import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Customer } from "../../../../lib/customer.ts";
import { StackUnderTest } from "../../../stack/stack-under-test.ts";

describe("a clone with orders", () => {
  let clone: StackUnderTest;
  let url = "";
  let customer: Customer;
  let orderId = "";

  beforeAll(async () => {
    clone = await StackUnderTest.make({ ocrWorkers: "1" });
    ({ url } = await clone.up());
    customer = new Customer(url);
  });

  afterAll(async () => {
    await clone?.remove();
  });

  const expectOrder = async () => expect((await customer.delivery(orderId)).view.status).toBe("completed");

  it("completes an order", async () => {
    orderId = String((await customer.order("OW12345678", "lease")).body.order_id);
    await expectOrder();
    expect(await clone.containers()).toHaveLength(6);
  });

  it("keeps its orders when its folder is moved", async () => {
    const volumes = await clone.stack.containers.volumes();
    clone = await clone.moveTo(`${clone.folder}-moved`);
    await clone.up();
    expect(await clone.stack.containers.volumes()).toEqual(volumes);
    expect(await clone.containers()).toHaveLength(6);
    await expectOrder();
  });

  it("keeps its orders when the program gives its volumes other labels", async () => {
    const volumes = await clone.stack.containers.volumes();
    const restore = [
      await clone.edit("pulumi/index.ts", (text) =>
        text.replace('labelsOf("results")', 'labelsOf("results", { edition: "2" })'),
      ),
      await clone.edit("pulumi/components/redis.ts", (text) =>
        text.replace('labelsOf("redis-data")', 'labelsOf("redis-data", { edition: "2" })'),
      ),
    ];
    await clone.up();
    for (const undo of restore) await undo();
    expect(await clone.stack.containers.volumes()).toEqual(volumes);
    await expectOrder();
  });

  it("is updated by one run at a time, and a second run fails with the reason", async () => {
    await clone.edit("pulumi/Caddyfile", (text) => text.replace("idle 2m", "idle 1m"));
    const first = clone.stack.up({ quiet: true });
    // If two runs ask for the lock at the same moment, the real CLI refuses both.
    await pause(1_500);
    const ran = await Promise.allSettled([first, clone.stack.up({ quiet: true })]);
    const refused = ran.filter((run) => run.status === "rejected");
    expect(refused.map(({ reason }) => String(reason))).toEqual([
      expect.stringMatching(/`pulumi up` is changing this stack: process \d+, since|currently locked/),
    ]);
    expect(await clone.stack.containers.unwell((await clone.stack.outputs()).containers)).toEqual([]);
    expect(await clone.containers()).toHaveLength(6);
  });

  it("starts after a run that created its router and could not start it", async () => {
    await execa("docker", ["rm", "--force", (await clone.container("router")).name]);
    const port = Number(new URL(url).port);
    const holder = createServer().listen(port, "127.0.0.1");
    await once(holder, "listening");
    await expect(clone.up({ refresh: true })).rejects.toThrow(/in use|already allocated/);
    holder.close();
    await clone.up({ refresh: true });
    await expectOrder();
  });

  it("keeps its orders when it is destroyed without its volumes", async () => {
    const volumes = await clone.stack.containers.volumes();
    await clone.stack.destroy({ quiet: true, keepData: true });
    expect(await clone.stack.containers.remains()).toEqual(volumes);
    await clone.up();
    expect(await clone.stack.containers.volumes()).toEqual(volumes);
    await expectOrder();
  });

  it("leaves nothing when it is destroyed", async () => {
    await clone.stack.destroy({ quiet: true });
    expect(await clone.stack.containers.remains()).toEqual([]);
  });
});
