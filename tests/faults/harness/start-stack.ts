import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import type { TestProject } from "vitest/node";
import { samplesFolder } from "../../../samples/samples.ts";
import { freePort } from "../../free-port.ts";
import { drawLine, leaseText } from "../../scan.ts";
import { StackUnderTest } from "../../stack/stack-under-test.ts";
import { SourceContainer } from "./source-container.ts";

declare module "vitest" {
  interface ProvidedContext {
    faultStack: { folder: string; url: string; sourceId: string };
  }
}

/**
 * One stack for all fault tests of a run.
 * - A test file begins with `const stack = await FaultStack.open()`. It orders with `stack.customer`, or with
 * `new Orders(stack)` to follow its orders.
 * - The title numbers of `document-source.ts` decide what the source answers. `SLO1` is a page that takes
 * many seconds, `SHO1` a quick one. Files in `stack.clone.folder`/documents are served too.
 * - Faults: `stack.kill(container)`, `pause`, `stop`, `disconnect`, `configureRedis`, or any other with its
 * remedy by `begin`. Each is undone when the test is over; the next test finds every container ready.
 * - Observations: `stack.source.requests()`, `stack.lines(container)`, `stack.events(container)`,
 * `stack.exec(...)`, `stack.redis(...)`.
 */
export default async function startStack(project: TestProject): Promise<() => Promise<void>> {
  // Tests order by the hundred. The limit of wrong passwords stays.
  const many = "1000000";
  const limits = { ordersPerMinute: many, readsPerMinute: many, downloadsPerMinute: many };
  // Its update is proved, although this source is not there yet.
  const store = { observability: "true", observabilityPort: String(await freePort()) };
  const settings = { documentsUrl: SourceContainer.url, proveOnUp: "true", ...limits, ...store };
  const clone = await StackUnderTest.make(settings);
  let source: SourceContainer | undefined;
  const remove = async () => {
    await source?.remove();
    await clone.remove();
  };
  try {
    const documents = path.join(clone.folder, "documents");
    await addPage(documents, "SLO1", await drawSlowPage(path.join(samplesFolder, "OW12345678", "lease.png")));
    await addPage(documents, "SHO1", await drawLine(leaseText).png().toBuffer());
    const { url } = await clone.up();
    source = await SourceContainer.start(clone);
    // Decided once, because it takes long to find out that no CLI is available.
    process.env.STACK_ENGINE ??= clone.stack.cli.kind;
    project.provide("faultStack", { folder: clone.folder, url, sourceId: source.id });
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}

async function addPage(documents: string, title: string, page: Buffer): Promise<void> {
  await mkdir(path.join(documents, title));
  await writeFile(path.join(documents, title, "lease.png"), page);
}

/** Two pages in one: long enough to harm a worker while it reads, short enough for a busy machine. */
async function drawSlowPage(lease: string): Promise<Buffer> {
  const { width, height } = await sharp(lease).metadata();
  return sharp({ create: { width, height: 2 * height, channels: 3, background: "white" } })
    .composite([
      { input: lease, top: 0, left: 0 },
      { input: lease, top: height, left: 0 },
    ])
    .png()
    .toBuffer();
}
