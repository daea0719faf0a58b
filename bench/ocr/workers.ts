import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { z } from "zod";
import { Customer } from "../../lib/customer.ts";
import { Failure } from "../../lib/failure.ts";
import { say } from "../../lib/terminal.ts";
import { StackUnderTest } from "../../tests/stack/stack-under-test.ts";
import { scannedPdf } from "../reading/documents.ts";

const ORDER = { title_number: "OW99999999", document_type: "lease" };
/** How often memory is sampled. */
const LOOK_MS = 1000;

const viewSchema = z.object({
  status: z.string(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  progress: z.object({ page: z.int(), pages: z.int() }).nullable(),
  reason: z.unknown(),
});

/** Seconds from the first worker's start to the order's end, by number of workers. */
export type Spread = { pages: number; seconds: Record<1 | 2, number> };

/**
 * Peak of the anonymous memory of a worker's container during each hundred pages, in bytes. All its processes
 * count.
 */
export type MemoryOverPages = { pages: number; peaks: number[] };

/** Reads a PDF with this number of scanned pages on a separate stack, with two workers and again with one. */
export async function measureSpread(pages: number): Promise<Spread> {
  return onStack("2", pages, async (clone, customer) => {
    say(`Reading ${pages} pages with two workers`);
    const two = await read(customer);
    await clone.stack.set("ocrWorkers", "1");
    await clone.up();
    say("Again with one");
    const one = await read(customer);
    return { pages, seconds: { 1: one, 2: two } };
  });
}

/** One worker reads this number of pages while its memory is sampled. */
export async function measureMemory(pages: number): Promise<MemoryOverPages> {
  return onStack("1", pages, async (clone, customer) => {
    say(`Reading ${pages} pages with one worker`);
    const worker = await clone.container("ocr-worker");
    const peaks: number[] = [];
    await read(customer, async (page) => {
      const hundred = Math.floor(page / 100);
      peaks[hundred] = Math.max(peaks[hundred] ?? 0, await anonymousBytes(worker.id));
    });
    return { pages, peaks: peaks.slice(0, Math.ceil(pages / 100)) };
  });
}

async function onStack<T>(
  ocrWorkers: string,
  pages: number,
  measure: (clone: StackUnderTest, customer: Customer) => Promise<T>,
): Promise<T> {
  const clone = await StackUnderTest.make({ tokenSeconds: "86400", ocrWorkers });
  try {
    const folder = path.join(clone.folder, "documents", ORDER.title_number);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `${ORDER.document_type}.pdf`), await scannedPdf(pages));
    say("Starting a separate stack");
    const { url } = await clone.up();
    return await measure(clone, new Customer(url, { user: await clone.programUser() }));
  } finally {
    await clone.remove();
  }
}

/** @returns seconds from its start to its end */
async function read(customer: Customer, look?: (page: number) => Promise<void>): Promise<number> {
  const orderId = await customer.place(ORDER.title_number, ORDER.document_type);
  for (;;) {
    const view = viewSchema.parse(await customer.view(orderId));
    if (view.progress) await look?.(view.progress.page);
    if (view.finished_at !== null) {
      if (view.status !== "completed") {
        throw new Failure(
          `The order ended ${view.status}: ${JSON.stringify(view.reason)}.`,
          "See the workers' logs of such a stack: npm start.",
        );
      }
      return (Date.parse(view.finished_at) - Date.parse(view.started_at ?? "")) / 1000;
    }
    await pause(LOOK_MS);
  }
}

/** Excludes the page cache, whose size depends on the kernel. */
async function anonymousBytes(container: string): Promise<number> {
  // The first exists with control groups version 2, the second with version 1.
  const files = "/sys/fs/cgroup/memory.stat /sys/fs/cgroup/memory/memory.stat";
  const { stdout } = await execa("docker", ["exec", container, "sh", "-c", `cat ${files} 2>&-`], {
    reject: false,
  });
  const [, bytes] = /^(?:anon|total_rss) (\d+)$/m.exec(stdout) ?? [];
  if (bytes === undefined) throw new Error(`the container's memory.stat has no anon: ${stdout}`);
  return Number(bytes);
}
