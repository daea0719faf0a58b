import fc from "fast-check";
import { expect, test } from "vitest";
import { pageOf } from "../../../../../tests/page-result.ts";
import { type PageResult, textOf, wordsOf } from "../page-result.ts";
import { applyChanges } from "./apply-changes.ts";
import { correctionSchema } from "./correction.ts";
import { type Operation, OperationError, operationSchema } from "./operations.ts";
import { planChanges } from "./plan-changes.ts";

const page = pageOf(1, [
  [
    ["Tho", "lea", "se"],
    ["oftheland", "is"],
  ],
  [["2021"]],
]);

/** Corrects the page as the Order API does, with the changes as they are stored. */
function corrected(from: PageResult, operations: readonly Operation[]): PageResult {
  const changes = planChanges(from, operations);
  const record = { page: 1, revision: 1, corrected_ms: 0, user_id: 1, changes };
  return applyChanges(from, correctionSchema.parse(JSON.parse(JSON.stringify(record))).changes);
}

test("operations name the words as they were before all of them", () => {
  const after = corrected(page, [
    { op: "replace", word: 0, text: "This" },
    { op: "join", words: [1, 2] },
    { op: "split", word: 3, texts: ["of", "the", "land"] },
    { op: "remove", word: 4 },
    { op: "add", text: "in", box: [20, 400, 60, 430], after: 3 },
  ]);
  expect(textOf(after)).toBe("This lease\nof the land in\n\n2021\n");
  const [first, lease, of, the, land] = wordsOf(after);
  expect(first).toEqual({ text: "This", source: "corrected", box: wordsOf(page)[0]?.box });
  expect(lease?.box).toEqual([180, 190, 300, 220]);
  expect([of, the, land].map((word) => word?.box)).toEqual([
    [100, 250, 130, 280],
    [140, 250, 190, 280],
    [200, 250, 280, 280],
  ]);
  // One word is left of those that were recognised.
  expect(after.confidence).toBe(96.5);
  expect(wordsOf(after).at(-1)).toMatchObject({ source: "ocr", confidence: 96.5 });
});

test.each([
  ["into the line that it overlaps", [300, 190, 340, 220], "Tho lea se new\noftheland is\n\n2021\n"],
  ["before the first word of a line", [20, 190, 90, 220], "new Tho lea se\noftheland is\n\n2021\n"],
  ["between two words", [165, 192, 175, 218], "Tho new lea se\noftheland is\n\n2021\n"],
  ["between two blocks", [100, 290, 160, 315], "Tho lea se\noftheland is\n\nnew\n\n2021\n"],
  ["above the first block", [900, 10, 960, 40], "new\n\nTho lea se\noftheland is\n\n2021\n"],
  ["at the end", [100, 900, 160, 930], "Tho lea se\noftheland is\n\n2021\n\nnew\n"],
] as const)("a word without a neighbour is added %s", (_, box, text) => {
  expect(textOf(corrected(page, [{ op: "add", text: "new", box: [...box] }]))).toBe(text);
});

test("words can be added to an empty page, and the last word of a page can be removed", () => {
  const written = corrected(pageOf(1), [{ op: "add", text: "new", box: [1, 2, 30, 40] }]);
  expect(wordsOf(written)).toHaveLength(1);
  expect(corrected(written, [{ op: "remove", word: 0 }]).blocks).toEqual([]);
});

test("the parts of a word that runs down the page lie below each other", () => {
  const [block] = page.blocks;
  const words = [{ text: "upward", box: [10, 100, 40, 220], source: "ocr", confidence: 50, direction: 270 }];
  const box = words[0]?.box;
  const turned = { ...page, blocks: [{ ...block, box, lines: [{ box, words }] }] } as PageResult;
  expect(wordsOf(corrected(turned, [{ op: "split", word: 0, texts: ["up", "ward"] }]))).toEqual([
    { text: "up", box: [10, 190, 40, 220], source: "corrected", direction: 270 },
    { text: "ward", box: [10, 100, 40, 180], source: "corrected", direction: 270 },
  ]);
});

test.each<[string, unknown, string]>([
  [
    "an unknown word",
    { op: "remove", word: 6 },
    "0.word must be the number of a word of this page: 0 to 5, not 6",
  ],
  [
    "a join over two lines",
    { op: "join", words: [2, 3] },
    "0.words must follow each other in one line, such as [3, 4]",
  ],
  [
    "a join with a gap",
    { op: "join", words: [0, 2] },
    "0.words must follow each other in one line, such as [3, 4]",
  ],
  [
    "a box outside",
    { op: "add", text: "x", box: [0, 0, 1241, 9] },
    "0.box must be a box inside the page, which has 1240 x 1754 pixels",
  ],
  [
    "an empty box",
    { op: "add", text: "x", box: [9, 9, 9, 19] },
    "0.box must be a box inside the page, which has 1240 x 1754 pixels",
  ],
  [
    "an unknown neighbour",
    { op: "add", text: "x", box: [0, 0, 9, 9], after: 6 },
    "0.after must be the number of a word of this page: 0 to 5, not 6",
  ],
])("%s is refused", (_, operation, message) => {
  expect(refusal(page, [operationSchema.parse(operation)])).toBe(message);
});

test("a word is changed by one operation", () => {
  const twice: Operation[] = [
    { op: "remove", word: 1 },
    { op: "join", words: [1, 2] },
  ];
  expect(refusal(page, twice)).toBe(
    "1.words names word 1, which operations[0] changes already: use one for each",
  );
  expect(refusal(page, [{ op: "join", words: [1, 1] }])).toContain("changes already");
});

test("a box that is too narrow is not split", () => {
  const narrow = corrected(page, [{ op: "add", text: "ab", box: [10, 10, 11, 20] }]);
  expect(refusal(narrow, [{ op: "split", word: 0, texts: ["a", "b"] }])).toBe(
    "0.texts must be fewer: the box of word 0 is too narrow",
  );
});

test.each([
  [{ op: "replace", word: 0, text: "two words" }, "must be 1 to 200 characters without white space"],
  [{ op: "replace", word: 0, text: "" }, "must be 1 to 200 characters"],
  [{ op: "replace", word: 0, text: "\ud800" }, "must be 1 to 200 characters"],
  [{ op: "replace", word: -1, text: "a" }, "must be the number of a word"],
  [{ op: "split", word: 0, texts: ["a"] }, "must be 2 to 20 texts"],
  [{ op: "join", words: [1] }, "must be 2 to 20 numbers of words"],
  [{ op: "move", word: 0 }, "must be an object whose `op` is replace, join, split, add or remove"],
])("%j is no operation", (operation, message) => {
  const { error } = operationSchema.safeParse(operation);
  expect(error?.issues[0]?.message).toContain(message);
});

test("changes of another page are not applied", () => {
  const changes = planChanges(page, [{ op: "remove", word: 0 }]);
  expect(() => applyChanges(pageOf(1, [[["Other"]]]), changes)).toThrow("does not belong to this page");
});

const word = fc.nat(12);
const text = fc.stringMatching(/^[a-zé½]{1,6}$/u);
const box = fc
  .tuple(fc.nat(1239), fc.nat(1753), fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 80 }))
  .map(
    ([left, top, width, height]): [number, number, number, number] =>
      [...[left, top, Math.min(left + width, 1240), Math.min(top + height, 1754)]] as [
        number,
        number,
        number,
        number,
      ],
  );
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ op: fc.constant("replace" as const), word, text }),
  fc.nat(11).map((first) => ({ op: "join" as const, words: [first, first + 1] })),
  fc.record({
    op: fc.constant("split" as const),
    word,
    texts: fc.array(text, { minLength: 2, maxLength: 4 }),
  }),
  fc.record(
    { op: fc.constant("add" as const), text, box, after: word },
    { requiredKeys: ["op", "text", "box"] },
  ),
  fc.record({ op: fc.constant("remove" as const), word }),
);
const pages = fc
  .array(fc.array(fc.array(text, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }), {
    maxLength: 3,
  })
  .map((blocks) => pageOf(1, blocks));

test("after any corrections, boxes are inside the page and untouched words keep their order", () => {
  fc.assert(
    fc.property(pages, fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), run),
    { numRuns: 500 },
  );
});

function run(read: PageResult, requests: Operation[][]): void {
  let now = read;
  const records: ReturnType<typeof planChanges>[] = [];
  for (const operations of requests) {
    const changes = allowed(now, operations);
    if (!changes) continue;
    records.push(JSON.parse(JSON.stringify(changes)));
    const before = wordsOf(now);
    const touched = new Set(changes.flatMap(({ before }) => before));
    const after = applyChanges(now, changes);
    expectSound(after);
    const made = changes.flatMap(({ after }) => after);
    const kept = wordsOf(after).filter((each) => !made.includes(each));
    expect(kept).toEqual(before.filter((each) => !touched.has(each)));
    expect(wordsOf(after)).toHaveLength(kept.length + made.length);
    now = after;
  }
  expect(records.reduce(applyChanges, read)).toEqual(now);
}

function expectSound({ width, height, blocks, confidence }: PageResult): void {
  for (const block of blocks) {
    expect(block.lines.length).toBeGreaterThan(0);
    for (const line of block.lines) {
      expect(line.words.length).toBeGreaterThan(0);
      for (const each of [block, line, ...line.words]) {
        const [left, top, right, bottom] = each.box;
        expect(left >= 0 && top >= 0 && right <= width && bottom <= height).toBe(true);
        expect(left < right && top < bottom).toBe(true);
        expect(left >= line.box[0] || each === block).toBe(true);
      }
    }
  }
  const recognised = wordsOf({ blocks }).filter((word) => word.confidence !== undefined);
  expect(confidence === null).toBe(recognised.length === 0);
}

/** Undefined if the page does not allow them. */
function allowed(from: PageResult, operations: readonly Operation[]) {
  try {
    return planChanges(from, operations);
  } catch (error) {
    if (error instanceof OperationError) return undefined;
    throw error;
  }
}

/** `<operation>.<field> <message>` of the error. */
function refusal(from: PageResult, operations: readonly Operation[]): string | undefined {
  try {
    planChanges(from, operations);
    return undefined;
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return `${error.operation}.${error.field} ${error.message}`;
  }
}
