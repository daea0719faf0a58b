import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { ensureDocker } from "../commands/stack/engine/docker.ts";
import { Failure, runCommand } from "../lib/failure.ts";
import { say } from "../lib/terminal.ts";
import { characterErrorRate } from "../samples/scoring/character-error-rate.ts";
import { wordErrorRate } from "../samples/scoring/word-error-rate.ts";
import { median, printTable } from "./figures.ts";
import { type BenchPage, folderPages, samplePages, variantsOf } from "./ocr/pages.ts";
import { PageProcess, readNative } from "./ocr/readers.ts";
import { orderKept, wordsFound } from "./ocr/word-scores.ts";
import { type MemoryOverPages, measureMemory, measureSpread, type Spread } from "./ocr/workers.ts";

const EXAMPLE =
  "For example: npm run bench:ocr -- --pages scans --truth court.pdf=court-1.gt.txt,court-2.gt.txt " +
  "--json figures.json";
/** Rounds alternate between the two kinds, because the machine's speed varies. */
const ROUNDS = 3;
const mebibyte = 1024 * 1024;

/** Error rates, and the shares of words found and of their order kept, 0 to 1. */
type Errors = { characters: number; words: number; found: number; order: number };

/**
 * `native`: of the page as it is. `nativePrepared`: of the image that our process prepared. Peaks are in
 * megabytes.
 */
type PageFigures = {
  page: string;
  errors: { ours: Errors; native: Errors; nativePrepared: Errors };
  seconds: { ours: number; preparation: number; nativePrepared: number };
  peakMegabytes: { ours: number; native: number };
  preparation: string[];
};

/**
 * Pages per minute with this number of processes of each kind, preparation included. The ratio is the median
 * of the rounds.
 */
type Rate = { processes: number; rounds: Round[]; ratio: number; processorRatio: number };

/** `processorSeconds`: of a page, the mean. */
type Round = Record<"ours" | "native", number> & { processorSeconds: Record<"ours" | "native", number> };

type Figures = { pages: PageFigures[]; rate: Rate; spread?: Spread; memory?: MemoryOverPages };

/** `npm run bench:ocr`: the error rates and speed of our page processes and of Debian's tesseract. */
await runCommand(async () => {
  const options = readOptions();
  const languageData = await findLanguageData();
  const scratch = await mkdtemp(path.join(tmpdir(), "orbital-witness-bench-"));
  try {
    const pages = [...(await samplePages()), ...(await pagesOf(options, scratch))];
    const figures: Figures = await measurePages(pages, languageData, scratch);
    report(figures);
    if (options.spread + options.memory > 0) await ensureDocker();
    if (options.spread > 0) {
      figures.spread = await measureSpread(options.spread);
      reportSpread(figures.spread);
    }
    if (options.memory > 0) {
      figures.memory = await measureMemory(options.memory);
      reportMemory(figures.memory);
    }
    const json = path.resolve(options.json);
    await writeFile(json, `${JSON.stringify(figures, null, 2)}\n`);
    say(`The figures are in ${json}`);
  } finally {
    await rm(scratch, { recursive: true });
  }
});
process.exit();

function readOptions() {
  const { values } = parseArgs({
    options: {
      pages: { type: "string" },
      truth: { type: "string", multiple: true, default: [] },
      variants: { type: "boolean", default: false },
      json: { type: "string", default: "bench-ocr.json" },
      spread: { type: "string", default: "60" },
      memory: { type: "string", default: "500" },
    },
  });
  const count = (name: "spread" | "memory") => {
    const pages = Number(values[name]);
    if (Number.isInteger(pages) && pages >= 0 && pages <= 500 && pages !== 1) return pages;
    throw new Failure(
      `--${name} must be 0 or a whole number from 2 to 500, but is ${values[name]}.`,
      EXAMPLE,
    );
  };
  const truths = new Map(
    values.truth.map((rule) => {
      const [, file, texts] = /^([^=]+)=(.+)$/.exec(rule) ?? [];
      if (file !== undefined && texts !== undefined) return [file, texts.split(",")] as const;
      throw new Failure(
        `--truth must be <file>=<text of page 1>,<text of page 2>..., but is ${rule}.`,
        EXAMPLE,
      );
    }),
  );
  return { ...values, truths, spread: count("spread"), memory: count("memory") };
}

async function pagesOf(
  { pages, truths, variants }: ReturnType<typeof readOptions>,
  scratch: string,
): Promise<BenchPage[]> {
  const given = pages === undefined ? [] : await folderPages(path.resolve(pages), truths, scratch);
  const [lease] = await samplePages();
  return variants && lease ? [...given, ...(await variantsOf(lease, scratch))] : given;
}

/** The folder of the native tesseract's language data, which both sides use. */
async function findLanguageData(): Promise<string> {
  const advice = "Debian: apt-get install tesseract-ocr tesseract-ocr-eng";
  const { stdout, failed } = await execa("tesseract", ["--list-langs"], { reject: false });
  if (failed) throw new Failure("tesseract is not installed to compare with.", `Install it. ${advice}`);
  const [, folder] = /^List of available languages in "([^"]+)"/.exec(stdout) ?? [];
  if (folder === undefined || !/^eng$/m.test(stdout)) {
    throw new Failure("The native tesseract has no data for eng.", `Install it. ${advice}`);
  }
  return folder;
}

async function measurePages(pages: BenchPage[], languageData: string, scratch: string): Promise<Figures> {
  const readers = await Promise.all(
    Array.from({ length: availableParallelism() }, () => PageProcess.start(languageData)),
  );
  try {
    const figures: PageFigures[] = [];
    const preparedFile = path.join(scratch, "prepared.pgm");
    for (const page of pages) {
      say(`Reading ${page.name}`);
      // Each page gets its own process, so that the peak belongs to this page.
      const reader = await PageProcess.start(languageData);
      const { file, dpi } = page;
      const ours = await reader.read({ file, dpi, preparedFile });
      const native = await readNative(file);
      const nativePrepared = await readNative(preparedFile, ours.dpi);
      const preparation = await reader.prepare({ file, dpi });
      reader.stop();
      figures.push({
        page: page.name,
        errors: {
          ours: errorsOf(page.truth, ours.text),
          native: errorsOf(page.truth, native.text),
          nativePrepared: errorsOf(page.truth, nativePrepared.text),
        },
        seconds: {
          ours: ours.seconds,
          preparation: preparation.seconds,
          nativePrepared: nativePrepared.seconds,
        },
        peakMegabytes: { ours: ours.peakMegabytes, native: native.peakMegabytes },
        preparation: ours.preparation,
      });
    }
    const prepareAndReadNative = async (page: BenchPage, reader: PageProcess) => {
      const prepared = path.join(scratch, `${readers.indexOf(reader)}.pgm`);
      const { dpi, processorSeconds } = await reader.prepare({ ...page, preparedFile: prepared });
      const native = await readNative(prepared, dpi);
      return { processorSeconds: processorSeconds + native.processorSeconds };
    };
    const rounds: Rate["rounds"] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      say(
        `Reading all of them with ${readers.length} processes, ours and native ones (${round} of ${ROUNDS})`,
      );
      const ours = await spread(pages, readers, (page, reader) => reader.read(page));
      const native = await spread(pages, readers, prepareAndReadNative);
      rounds.push({
        ours: (60 * pages.length) / ours.seconds,
        native: (60 * pages.length) / native.seconds,
        processorSeconds: { ours: ours.processorSeconds, native: native.processorSeconds },
      });
    }
    const ratio = median(rounds.map(({ ours, native }) => ours / native));
    const processorRatio = median(rounds.map(({ processorSeconds: { ours, native } }) => ours / native));
    const rate = { processes: readers.length, rounds, ratio, processorRatio };
    return { pages: figures, rate };
  } finally {
    for (const reader of readers) reader.stop();
  }
}

/**
 * Gives each reader the next page as soon as it is free. @returns seconds until all pages are read, and the
 * mean of their processor seconds
 */
async function spread<Page>(
  pages: readonly Page[],
  readers: readonly PageProcess[],
  read: (page: Page, reader: PageProcess) => Promise<{ processorSeconds: number }>,
): Promise<{ seconds: number; processorSeconds: number }> {
  const waiting = [...pages];
  const startedAt = performance.now();
  let processorSeconds = 0;
  await Promise.all(
    readers.map(async (reader) => {
      for (let page = waiting.shift(); page !== undefined; page = waiting.shift()) {
        const done = await read(page, reader);
        processorSeconds += done.processorSeconds;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, processorSeconds: processorSeconds / pages.length };
}

function errorsOf(truth: string, text: string): Errors {
  return {
    characters: characterErrorRate(truth, text),
    words: wordErrorRate(truth, text),
    found: wordsFound(truth, text),
    order: orderKept(truth, text),
  };
}

function report({ pages, rate }: Figures): void {
  console.log("\nErrors in % of the characters (of the words); native: Debian's tesseract, one thread\n");
  printTable(
    pages.map(({ page, errors, seconds, peakMegabytes, preparation }) => ({
      page,
      ours: percents(errors.ours),
      native: percents(errors.native),
      "native, prepared": percents(errors.nativePrepared),
      "words found": `${share(errors.ours.found)}, native ${share(errors.native.found)}`,
      "order kept": `${share(errors.ours.order)}, native ${share(errors.native.order)}`,
      "s ours": seconds.ours.toFixed(2),
      "s native": (seconds.preparation + seconds.nativePrepared).toFixed(2),
      "MB ours": peakMegabytes.ours.toFixed(0),
      "MB native": peakMegabytes.native.toFixed(0),
      prepared: preparation.join(", ") || "as it is",
    })),
  );
  console.log(`\nPages a minute, ${rate.processes} processes each, preparation counted on both sides\n`);
  printTable(
    rate.rounds.map(({ ours, native, processorSeconds }) => ({
      ours: ours.toFixed(1),
      native: native.toFixed(1),
      ratio: (ours / native).toFixed(2),
      "processor s a page": processorSeconds.ours.toFixed(2),
      "the same, native": processorSeconds.native.toFixed(2),
    })),
  );
  console.log(`\nThe median of their ratios: ${rate.ratio.toFixed(2)}`);
  console.log(`Processor time, ours divided by native: ${rate.processorRatio.toFixed(2)} (median)`);
}

function reportSpread({ pages, seconds }: Spread): void {
  console.log(
    `\nA PDF of ${pages} scanned pages on a stack, seconds from the worker's start to the order's end\n`,
  );
  const ratio = (seconds[1] / seconds[2]).toFixed(2);
  printTable([{ "1 worker": seconds[1].toFixed(1), "2 workers": seconds[2].toFixed(1), ratio }]);
}

function reportMemory({ pages, peaks }: MemoryOverPages): void {
  console.log(`\nThe most memory of one worker's container during each hundred of ${pages} pages, in MiB\n`);
  printTable([
    Object.fromEntries(peaks.map((bytes, index) => [`${100 * index + 1}...`, (bytes / mebibyte).toFixed(0)])),
  ]);
}

function share(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

function percents({ characters, words }: Errors): string {
  return `${(100 * characters).toFixed(2)} (${(100 * words).toFixed(1)})`;
}
