import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { textOf } from "@orbital-witness/common/results/page-result.ts";
import { execa } from "execa";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scratchFolder } from "../../../../lib/scratch-folder.ts";
import { grey } from "../../../../tests/drawn-page.ts";
import { drawLine } from "../../../../tests/scan.ts";
import { developmentLanguageData, type Engine, openEngine } from "./engine.ts";
import type { GreyImage } from "./grey-image.ts";

const scans = path.resolve(import.meta.dirname, "../../../../samples/scans");
const dataFile = path.join(developmentLanguageData(), "eng.traineddata.gz");

describe("an engine", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine(["eng"], developmentLanguageData());
  });
  afterAll(() => engine.close());

  const read = async (image: GreyImage) => textOf({ blocks: await engine.recognize(image, "auto") });

  test("reads one page after the other, and finds nothing on an empty page", async () => {
    expect(await read(await grey(drawLine("This lease is dated 1 May 2024"), 300))).toBe(
      "This lease is dated 1 May 2024\n",
    );
    expect(await engine.recognize(await grey(drawLine("")), "auto")).toEqual([]);
    expect(await read(await grey(drawLine("THE TENANT COVENANTS")))).toBe("THE TENANT COVENANTS\n");
  });

  test("reads a page in the same way, whatever pages came before", async () => {
    const pages = await Promise.all([
      grey(sharp(path.join(scans, "OW23456789/transfer.jpg")), 200),
      grey(sharp(path.join(scans, "OW45678901/charge.png")).resize({ width: 900 })),
      grey(sharp(path.join(scans, "AB123456/title_plan.png")), 200),
    ]);
    const forwards = [];
    for (const page of pages) forwards.push(await engine.recognize(page, "auto"));
    const backwards = [];
    for (const page of pages.toReversed()) backwards.push(await engine.recognize(page, "auto"));
    expect(backwards.toReversed()).toEqual(forwards);
  });

  test("rejects bytes that are not a page, and reads the next page", async () => {
    await expect(
      engine.recognize({ data: Buffer.alloc(0), width: 0, height: 0, dpi: 300 }, "auto"),
    ).rejects.toThrow("tesseract cannot read the page");
    expect(await read(await grey(drawLine("Title register"), 300))).toBe("Title register\n");
  });
});

test("the error for missing language data names the language and the expected files", async () => {
  const folder = scratchFolder();
  await expect(openEngine(["eng"], folder)).rejects.toThrow(
    `No language data for eng: neither eng.traineddata nor eng.traineddata.gz is in ${folder}`,
  );
  await expect(openEngine([], folder)).rejects.toThrow("No language");
});

test.each([
  ["eng.traineddata", Buffer.from("<html>not found</html>")],
  ["eng.traineddata.gz", Buffer.from("<html>not found</html>")],
  ["eng.traineddata.gz", gzipSync("no language data").subarray(0, 20)],
])("a damaged %s is an error that names the folder", async (file, bytes) => {
  const folder = scratchFolder();
  await writeFile(path.join(folder, file), bytes);
  await expect(openEngine(["eng"], folder)).rejects.toThrow(
    `tesseract does not start with eng from ${folder}`,
  );
});

test("a folder may contain several languages, compressed or not", async () => {
  const folder = scratchFolder();
  const data = await readFile(dataFile);
  await writeFile(path.join(folder, "eng.traineddata.gz"), data);
  await writeFile(path.join(folder, "cym.traineddata"), gunzipSync(data));
  const engine = await openEngine(["eng", "cym"], folder);
  const blocks = await engine.recognize(await grey(drawLine("Conveyance"), 300), "auto");
  expect(textOf({ blocks })).toBe("Conveyance\n");
  await engine.close();
});

test("no page makes the engine print anything", async () => {
  const module = JSON.stringify(path.join(import.meta.dirname, "engine.ts"));
  const script = `
    import { developmentLanguageData, openEngine } from ${module};
    const engine = await openEngine(["eng"], developmentLanguageData());
    const data = Buffer.alloc(4000, 255).fill(0, 1000, 1200);
    const image = { data, width: 100, height: 40, dpi: undefined };
    await engine.recognize(image, "auto");
    await engine.recognize({ ...image, width: 2, height: 1 }, "single_block");
    await engine.recognize({ ...image, data: Buffer.alloc(0) }, "auto").catch(() => {});
    await engine.close();`;
  const { stdout, stderr } = await execa("node", ["--input-type=module", "--eval", script]);
  expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
});
