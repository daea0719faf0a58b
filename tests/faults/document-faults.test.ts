import { expect, test } from "vitest";
import { z } from "zod";
import { FaultStack } from "./harness/fault-stack.ts";
import { Orders, outcomes } from "./harness/orders.ts";

const stack = await FaultStack.open();
const orders = new Orders(stack);

test("10 the source answers 404: the order fails at once", async () => {
  const view = await orders.ended(await orders.place("ST404"));
  expect(view).toMatchObject({ status: "failed", reason: { code: "document_not_found" } });
  expect(outcomes(view)).toEqual(["failed"]);
});

test("10 the source answers 503 twice: the order is retried and completes", async () => {
  const view = await orders.ended(await orders.place("TRY2010"));
  expect(view).toMatchObject({ status: "completed", reason: null });
  expect(view.attempts).toMatchObject([
    { outcome: "failed", reason: { code: "source_unavailable" } },
    { outcome: "failed", reason: { code: "source_unavailable" } },
    { outcome: "completed", reason: null },
  ]);
});

/** Orders an unreadable document, and expects that the worker process survives it. */
async function failsAlone(title: string, code: string): Promise<void> {
  const processes = await stack.processes("ocr-worker");
  const view = await orders.ended(await orders.place(title));
  expect(view).toMatchObject({ status: "failed", reason: { code, message: expect.stringMatching(/\w/) } });
  expect(outcomes(view)).toEqual(["failed"]);
  expect(await orders.workersAtWork()).toContain(view.attempts[0]?.worker);
  expect(await stack.processes("ocr-worker")).toEqual(processes);
}

test.for([
  ["a broken PNG", "OW00000012", "document_damaged"],
  ["an empty file", "OW00000010", "document_empty"],
  ["HTML", "OW00000011", "unsupported_format"],
  ["an unsupported type", "OW00000013", "unsupported_format"],
] as const)(
  "11 %s: the order fails with its reason, and the same process reads the next one",
  ([, title, code]) => failsAlone(title, code),
);

test("12 a header that claims 30000 x 30000 is rejected before decoding", async () => {
  await failsAlone("OW00030000", "page_too_large");
  for (const worker of await stack.clone.containers("ocr-worker")) {
    const limit = Number(await stack.inspect(worker, "{{.HostConfig.Memory}}"));
    const peak = await peakMemory(worker.name);
    expect(peak).toBeLessThan(limit);
    // One byte per pixel, the minimum for a decoded image.
    expect(peak).toBeLessThan(30_000 * 30_000);
  }
});

/** Peak memory of a container since its start, in bytes. */
async function peakMemory(name: string): Promise<number> {
  // The first exists with control groups version 2, the second with version 1.
  const files = "/sys/fs/cgroup/memory.peak /sys/fs/cgroup/memory/memory.max_usage_in_bytes";
  const { stdout } = await stack.exec({ name }, "sh", "-c", `cat ${files} 2>&-`);
  return z.coerce.number().positive().parse(stdout);
}
