import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";
import { downloadPythonSource, installPython } from "../python-packages.ts";

/** Its sources include the schema of ALTO 4.3. ALTO 4.4 only adds attributes, which we do not use. */
const kraken = ["kraken", "4.3.13"] as const;
const hocrTools = "hocr-tools==1.1.1";
const lxml = "lxml==6.1.3";

/** Characters with which pdftotext encloses right-to-left text. */
const directionMarks = /[\u202a-\u202e]/g;

const box = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const confidence = z.union([z.null(), z.coerce.number()]);
const pages = z.record(z.string(), z.array(z.tuple([z.string(), box, confidence])));
const reading = z.object({ alto: pages, hocr: pages, tsv: pages });

/** Words by page, with their boxes and confidences in the format's units; null without a confidence. */
export type Reading = z.output<typeof reading>;
/** Places are in points from the top left. */
export type PdfWord = { text: string; box: z.output<typeof box> };

/** Programs of other projects that read our results. */
export class ResultReaders {
  readonly #folder: string;
  /** Why some of them are not available here. */
  readonly missing: string | undefined;

  private constructor(folder: string, missing: string | undefined) {
    this.#folder = folder;
    this.missing = missing;
  }

  static async install(): Promise<ResultReaders> {
    const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-readers-"));
    const missing =
      (await installDebian("pdftotext", "poppler-utils")) ??
      (await installDebian("qpdf", "qpdf")) ??
      (await installPython(folder, "--no-deps", lxml, hocrTools)) ??
      (await downloadPythonSource(folder, ...kraken));
    if (missing === undefined) {
      const archive = path.join(folder, `${kraken.join("-")}.tar.gz`);
      await execa("tar", [
        "-xzf",
        archive,
        "-C",
        folder,
        "--strip-components=1",
        `${kraken.join("-")}/tests/resources`,
      ]);
    }
    return new ResultReaders(folder, missing);
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  /** Reads `result.alto.xml`, `.hocr` and `.tsv` of the folder. Rejects if one of them is invalid. */
  async read(folder: string): Promise<Reading> {
    const script = fileURLToPath(new URL("./read_results.py", import.meta.url));
    const schema = path.join(this.#folder, "tests", "resources", "alto-4-3.xsd");
    const { stdout } = await execa("python3", [script, folder, schema], { env: this.#environment });
    return reading.parse(JSON.parse(stdout));
  }

  /** The complaints of hocr-check. `overlaps` checks boxes too, which works for a single page only. */
  async hocrComplaints(file: string, { overlaps }: { overlaps: boolean }): Promise<string[]> {
    const check = path.join(this.#folder, "bin", "hocr-check");
    const args = [check, ...(overlaps ? [] : ["--nooverlap"]), file];
    const { stderr } = await execa("python3", args, { env: this.#environment });
    const results = stderr.split("\n");
    if (!results.some((result) => result.startsWith("ok"))) throw new Error(stderr);
    return results.filter((result) => result.startsWith("not ok"));
  }

  get #environment() {
    return { PYTHONPATH: this.#folder, PYTHONIOENCODING: "utf-8" };
  }
}

/** Checks the file with qpdf. Rejects with the faults that it finds. */
export async function checkPdf(file: string): Promise<void> {
  await execa("qpdf", ["--check", file]);
}

/** The text of all pages, as a viewer copies it. `options` are those of pdftotext. */
export async function pdfText(file: string, ...options: string[]): Promise<string> {
  const { stdout } = await execa("pdftotext", ["-enc", "UTF-8", ...options, file, "-"]);
  return stdout;
}

/** The lines of each page, as a viewer copies them. */
export async function pdfLines(file: string): Promise<string[][]> {
  return (await pdfText(file))
    .split("\f")
    .slice(0, -1)
    .map((page) => page.replace(directionMarks, "").split("\n").filter(Boolean));
}

/** The words of each page with their places. */
export async function pdfWords(file: string): Promise<PdfWord[][]> {
  return (await pdfText(file, "-bbox"))
    .split("<page ")
    .slice(1)
    .map((page) =>
      [...page.matchAll(/<word xMin="(.*)" yMin="(.*)" xMax="(.*)" yMax="(.*)">(.*)<\/word>/g)].map(
        ([, left, top, right, bottom, text = ""]) => ({
          text,
          box: box.parse([left, top, right, bottom].map(Number)),
        }),
      ),
    );
}

/** @returns why the program is not available on this machine */
export async function installDebian(program: string, debianPackage: string): Promise<string | undefined> {
  const isThere = async () => !(await execa("which", [program], { reject: false })).failed;
  if (await isThere()) return undefined;
  if (process.getuid?.() !== 0) return `${program} is not installed (apt-get install ${debianPackage})`;
  const { failed, stderr, message } = await execa("apt-get", ["install", "-y", debianPackage], {
    reject: false,
  });
  if (failed) return `${debianPackage} cannot be installed: ${stderr || message}`;
  if (!(await isThere())) throw new Error(`${debianPackage} has no ${program}`);
  return undefined;
}
