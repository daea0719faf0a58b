import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Block, blockOf, lineOf, type Word } from "@orbital-witness/common/results/page-result.ts";
import { afterAll, describe, expect, test } from "vitest";
import { forms, readForms } from "./forms.ts";
import { readKnownForm } from "./known-form.ts";

const height = 20;

/** A word of a page. Each letter is 10 pixels wide. */
function word(text: string, left: number, top: number): Word {
  return { text, box: [left, top, left + 10 * text.length, top + height], source: "ocr", confidence: 95 };
}

/** Blocks of one line each, from the top, 60 pixels apart. */
function blocksOf(lines: readonly string[]): Block[] {
  return lines.map((line, index) => {
    let left = 100;
    const words = line.split(" ").map((text) => {
      const placed = word(text, left, 100 + index * 60);
      left = placed.box[2] + 10;
      return placed;
    });
    return blockOf([lineOf(words)]);
  });
}

/** All printed words of a form, in its order. */
function printedLines(form: (typeof forms)[number]): string[] {
  const labels = form.fields.flatMap(({ label, after }) => [...(after ? [after] : []), label]);
  return [form.recognised_by[0] ?? "", ...new Set(labels)];
}

describe("each form is recognised by its own words", () => {
  test.each(forms.map((form) => [form.id, form] as const))("%s", (id, form) => {
    const read = readKnownForm({ blocks: blocksOf(printedLines(form)) }, forms);
    expect(read?.form.id).toBe(id);
    const missing = read?.fields.filter(({ label_box }) => label_box === null).map(({ label }) => label);
    expect(missing?.length ?? 0).toBeLessThanOrEqual(form.fields.length / 4);
  });
});

test("no form is seen in a letter that mentions it", () => {
  const letter = ["Dear Sir", "We enclose Form K16 and Form K11 for", "the Surname and Date of our client."];
  expect(readKnownForm({ blocks: blocksOf(letter) }, forms)).toBeUndefined();
});

test("labels are found in spite of misread letters and lost spaces", () => {
  const lines = ["F0rm K16", "Forenamc(s) Ada Mary", "SURNAMENorthwood", "KEYNUMBER", "4821953", "Date"];
  const read = readKnownForm({ blocks: blocksOf(lines) }, forms);
  expect(read?.fields).toMatchObject([
    { checked: null, label_box: null },
    { checked: null, label_box: null },
    { label: "Forename(s)", values: [{ value: "Ada Mary", confidence: 95 }] },
    { label: "SURNAME", values: [{ value: "Northwood" }] },
    { label: "KEY NUMBER", value: "4821953" },
    ...[{}, {}, {}],
  ]);
});

describe("a description with a mistake is an error that names its file", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "forms-"));
  afterAll(() => rm(folder, { recursive: true }));
  const good = { id: "A1", title: "A form", recognised_by: ["Form A1"] };
  test.each([
    ["no JSON", "{", /^forms\/a\.json is not JSON/],
    [
      "no field",
      JSON.stringify({ ...good, fields: [] }),
      /^forms\/a\.json does not describe a form:\n[\s\S]*fields/,
    ],
    [
      "an unknown place",
      JSON.stringify({ ...good, fields: [{ label: "Name", value: "above" }] }),
      /^forms\/a\.json does not describe a form/,
    ],
  ])("%s", async (_, text, message) => {
    await writeFile(path.join(folder, "a.json"), text);
    expect(() => readForms(pathToFileURL(`${folder}/`))).toThrow(message);
  });
});
