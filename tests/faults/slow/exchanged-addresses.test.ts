import { expect, onTestFinished, test } from "vitest";
import { exchangeAddresses } from "../harness/exchange-addresses.ts";
import { FaultStack } from "../harness/fault-stack.ts";

const stack = await FaultStack.open();

test("a worker works again within 30 s after it and Redis exchanged addresses", async () => {
  const image = async (part: string) => stack.inspect(await stack.clone.container(part), "{{.Image}}");
  const images = { redis: await image("redis"), worker: await image("ocr-worker") };
  const { backAtWork, remove } = await exchangeAddresses(images);
  onTestFinished(remove);
  await expect(backAtWork(30_000)).resolves.toBeUndefined();
});
