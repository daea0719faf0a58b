import { parseArgs } from "node:util";
import sharp from "sharp";
import { z } from "zod";
import { median, percentile, printTable } from "../../../bench/figures.ts";
import { ensureDocker } from "../../../commands/stack/engine/docker.ts";
import { Customer } from "../../../lib/customer.ts";
import { runCommand } from "../../../lib/failure.ts";
import { say } from "../../../lib/terminal.ts";
import { fromSharp } from "../../../services/ocr-worker/src/recognition/preparation/picture.ts";
import { StackUnderTest } from "../../../tests/stack/stack-under-test.ts";
import { PageBrowser } from "../browser.ts";
import { type Added, addedByOriginal, addedByTiles } from "./added-time.ts";
import { type ContainerMemory, MemoryWatch } from "./container-memory.ts";
import { openScan } from "./first-image.ts";
import { largePicture } from "./picture.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "3" }, order: { type: "string" }, url: { type: "string" } },
});
const rounds = Number(values.rounds);

/**
 * `npm run bench:large-page`: what the tiles of a picture of 100 megapixels and the pictures of pages as they
 * came cost the worker, how much memory the Order API and the workers need from the upload to the first image
 * in the browser, and how a scan opens with tiles and without, in turn. `--url` and `--order`: only opens a
 * scan of alice on a stack that runs already.
 */
await runCommand(async () => {
  // Fails before minutes of work if there is no browser.
  await (await PageBrowser.start()).close();
  if (values.url !== undefined && values.order !== undefined) return opened(values.url, values.order);
  const picture = await largePicture();
  say("Measuring what a worker does more");
  const grey = await fromSharp(sharp(picture, { limitInputPixels: false }), 300);
  const rows = [
    row("page as it came, beside reading and PNG", await addedByOriginal(rounds)),
    row("tiles of 100 megapixels, beside their PNG", await addedByTiles(grey, rounds)),
  ];
  console.log("");
  printTable(rows);
  await ensureDocker();
  const clone = await StackUnderTest.make({ pageMegapixels: "100", pageSeconds: "600" });
  try {
    say("Starting a separate stack");
    const { url } = await clone.up();
    const watched = [...(await clone.containers("order-api")), ...(await clone.containers("ocr-worker"))];
    const memory = await MemoryWatch.start(watched);
    say("Reading a page of 100 megapixels, which takes minutes");
    const began = performance.now();
    const order = await upload(new Customer(url), picture);
    say(`Read after ${Math.round((performance.now() - began) / 1000)} s`);
    await openScan(url, order, true);
    printMemory(await memory.stop());
    await opened(url, order);
  } finally {
    await clone.remove();
  }
});
process.exit();

/** Uploads the picture, and waits until it is read. @returns the order's id */
async function upload(customer: Customer, picture: Buffer): Promise<string> {
  const body = new FormData();
  body.set("document", new Blob([new Uint8Array(picture)]), "sheet.jpg");
  const answer = await customer.ask("POST", "/orders", { token: await customer.token(), body });
  const { order_id } = z.object({ order_id: z.uuid() }).parse(answer.body);
  const view = await customer.ended(order_id, undefined, 1200);
  if (view.status !== "completed") throw new Error(`the sheet was not read: ${JSON.stringify(view)}`);
  return order_id;
}

function printMemory(memory: readonly ContainerMemory[]): void {
  const mebibytes = (bytes: number | null) => (bytes === null ? "unknown" : `${Math.round(bytes)} MiB`);
  console.log("");
  printTable(
    memory.map(({ name, before, peak, sampled }) => ({
      container: name,
      "peak before, with file cache": mebibytes(before),
      "peak, with file cache": mebibytes(peak),
      "highest sample, without it": mebibytes(sampled),
    })),
  );
}

function row(what: string, all: readonly Added[]): Record<string, string> {
  const ms = (key: "before" | "added") => `${Math.round(median(all.map((one) => one[key])))} ms`;
  const kilobytes = (bytes = 0) => `${Math.round(bytes / 1000)} kB`;
  const ratios = all.map(({ before, added }) => (added / before).toFixed(3));
  return {
    "what is added": what,
    ...{ before: ms("before"), added: ms("added"), "ratios in pairs": ratios.join(", ") },
    "bytes before": kilobytes(all[0]?.bytesBefore),
    "bytes added": kilobytes(all[0]?.bytesAdded),
  };
}

async function opened(url: string, order: string): Promise<void> {
  const found = { true: [], false: [] } as Record<"true" | "false", Awaited<ReturnType<typeof openScan>>[]>;
  for (let round = 0; round < rounds; round++) {
    for (const withTiles of [true, false]) found[`${withTiles}`].push(await openScan(url, order, withTiles));
  }
  const table = (["true", "false"] as const).map((kind) => ({
    "the scan is opened": kind === "true" ? "with tiles" : "as one picture",
    "first image": list(
      found[kind].map(({ firstImageMs }) => firstImageMs),
      "ms",
    ),
    "peak memory of the tab": list(
      found[kind].map(({ tabMiB }) => tabMiB),
      "MiB",
    ),
    loaded: `${median(found[kind].map(({ megabytes }) => megabytes)).toFixed(1)} MB`,
  }));
  console.log("");
  printTable(table);
  const times = await tileTimes(new Customer(url), order);
  console.log(`\nA tile through the router: p50 ${times.p50} ms, p99 ${times.p99} ms of 200\n`);
}

async function tileTimes(customer: Customer, order: string) {
  const times: number[] = [];
  for (let tile = 0; tile < 200; tile++) {
    const began = performance.now();
    await customer.found(`/orders/${order}/result/pages/1/tiles/5/${tile % 20}_${Math.floor(tile / 20)}.jpg`);
    times.push(performance.now() - began);
  }
  return { p50: Math.round(percentile(times, 50)), p99: Math.round(percentile(times, 99)) };
}

function list(figures: readonly number[], unit: string): string {
  return `${figures.map(Math.round).join(", ")} ${unit}`;
}
