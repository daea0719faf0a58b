import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { ensureDocker } from "../commands/stack/engine/docker.ts";
import { Failure, runCommand } from "../lib/failure.ts";
import { say } from "../lib/terminal.ts";
import { median, printTable } from "./figures.ts";
import { longDocuments } from "./reading/documents.ts";
import { measureWorkers, type WorkerTime } from "./reading/order-workers.ts";
import { Readers } from "./reading/readers.ts";

/** The length of the documents. A page of a longer document takes longer to find. */
const PAGES = 60;
/** The length of the documents that workers read as a whole. */
const WHOLE_PAGES = 20;
const ROUNDS = 3;

type File = { name: string; file: string };

/**
 * `npm run bench:reading`: where the time goes while long documents are read, and what would be gained by
 * decoding a page while the one before it is recognised.
 */
await runCommand(async () => {
  const pages = readOptions();
  const cores = availableParallelism();
  await ensureDocker();
  const scratch = await mkdtemp(path.join(tmpdir(), "orbital-witness-bench-"));
  try {
    const documents = await longDocuments(PAGES);
    const files = documents.map(({ name }) => ({ name, file: path.join(scratch, name) }));
    for (const { name, bytes } of documents) await writeFile(path.join(scratch, name), bytes);

    const stages = await withReaders(1, scratch, (readers) => stageRows(files, readers, pages));
    console.log(`\nTime of one page in one process, ms (part of all), mean of ${pages} pages\n`);
    printTable(stages);

    const times: WorkerTime[] = [];
    for (const { name, bytes } of (await longDocuments(WHOLE_PAGES)).slice(0, 2)) {
      for (const workers of new Set([cores, 1])) {
        say(
          `Reading ${WHOLE_PAGES} pages, ${name}, ${workers} ${workers === 1 ? "worker" : "workers"}, Redis`,
        );
        times.push({ ...(await measureWorkers(bytes, workers, scratch)), document: name });
      }
    }
    console.log(`\nWhere the time of the workers goes, ${WHOLE_PAGES} pages\n`);
    printTable(times.map(workerRow));

    const rows = [];
    for (const processes of new Set([1, cores])) {
      rows.push(...(await withReaders(processes, scratch, (readers) => aheadRows(files, readers, pages))));
    }
    console.log("\nTime of all pages if the next one is decoded meanwhile, divided by the time if not\n");
    printTable(rows);
  } finally {
    await rm(scratch, { recursive: true });
  }
});
process.exit();

/** How many pages of each document the first two tables read. */
function readOptions(): number {
  const { values } = parseArgs({ options: { pages: { type: "string", default: "8" } } });
  const pages = Number(values.pages);
  if (Number.isInteger(pages) && pages >= 2 && pages <= PAGES) return pages;
  throw new Failure(
    `--pages must be a whole number from 2 to ${PAGES}, but is ${values.pages}.`,
    "For example: npm run bench:reading -- --pages 8",
  );
}

async function withReaders<T>(count: number, folder: string, work: (readers: Readers) => Promise<T>) {
  const readers = await Readers.start(count, folder);
  try {
    return await work(readers);
  } finally {
    readers.stop();
  }
}

async function stageRows(files: readonly File[], readers: Readers, pages: number) {
  const rows: Record<string, string>[] = [];
  for (const { name, file } of files) {
    say(`Reading ${pages} pages, ${name}`);
    const [reading] = await readers.read(file, pages, false);
    if (!reading) throw new Error("there is no process");
    const cells = Object.entries(reading.stages).map(([stage, ms]) => [
      stage,
      `${(ms / pages).toFixed(0)} (${percent(ms / reading.ms)})`,
    ]);
    rows.push({ document: name, ...Object.fromEntries(cells) });
  }
  return rows;
}

async function aheadRows(files: readonly File[], readers: Readers, pages: number) {
  const rows: Record<string, string>[] = [];
  for (const { name, file } of files) {
    const ratios: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      say(`Reading ${pages} pages twice, ${name}, ${readers.count} processes (${round} of ${ROUNDS})`);
      const without = await longest(readers, file, pages, false);
      ratios.push((await longest(readers, file, pages, true)) / without);
    }
    const rounds = ratios.map((ratio) => ratio.toFixed(2)).join(", ");
    rows.push({
      document: name,
      processes: String(readers.count),
      median: median(ratios).toFixed(2),
      rounds,
    });
  }
  return rows;
}

/** The time in ms until the last process has read its pages. */
async function longest(readers: Readers, file: string, pages: number, ahead: boolean): Promise<number> {
  return Math.max(...(await readers.read(file, pages, ahead)).map(({ ms }) => ms));
}

function workerRow({ document, workers, seconds, parts, processor }: WorkerTime) {
  const shares = Object.entries(parts).map(([stage, part]) => [stage, percent(part)]);
  const rest = 1 - Object.values(parts).reduce((sum, part) => sum + part, 0);
  return {
    document,
    workers: String(workers),
    seconds: seconds.toFixed(0),
    ...Object.fromEntries(shares),
    rest: percent(rest),
    "processor time": percent(processor),
  };
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}
