import { expect, test } from "vitest";
import { pageOf } from "../../../../tests/page-result.ts";
import { parsePageResult } from "./stored-page-result.ts";

/** A result of a version whose words had no source. */
function earlierPage(source: string, confidence: number | null, words: object[]) {
  const box = [1, 2, 3, 4];
  const blocks = words.length === 0 ? [] : [{ box, lines: [{ box, words }] }];
  return {
    ...{ page: 1, width: 100, height: 200, dpi: 300, source, preparation: [] },
    ...{ segmentation: "auto", confidence, blocks },
  };
}

const word = { text: "lease", box: [1, 2, 3, 4] };

test("A page is parsed as it was stored", () => {
  const page = pageOf(1, [[["This", "lease"]]]);
  expect(parsePageResult(JSON.parse(JSON.stringify(page)))).toEqual(page);
});

test("Words that were stored without a source get that of their page", () => {
  const stored = earlierPage("ocr", 91, [{ ...word, confidence: 91 }]);
  expect(parsePageResult(stored)).toEqual(
    earlierPage("ocr", 91, [{ ...word, source: "ocr", confidence: 91 }]),
  );
});

test("Words of a text layer lose their stored confidence", () => {
  const stored = earlierPage("text_layer", 100, [{ ...word, confidence: 100 }]);
  expect(parsePageResult(stored)).toEqual(
    earlierPage("text_layer", null, [{ ...word, source: "text_layer" }]),
  );
});

test("An empty page of an earlier version stays empty", () => {
  expect(parsePageResult(earlierPage("ocr", null, []))).toEqual(earlierPage("ocr", null, []));
});

test("Anything else is refused", () => {
  expect(() => parsePageResult(earlierPage("ocr", 91, [{ ...word, source: "dream" }]))).toThrow("source");
  expect(() => parsePageResult({})).toThrow();
});
