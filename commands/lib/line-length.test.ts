import { expect, test } from "vitest";
import { longLines } from "./line-length.ts";

const words = (columns: number) =>
  "word "
    .repeat(columns)
    .slice(0, columns - 1)
    .concat("x");

test.each([
  ["110 columns", "a.ts", words(110), []],
  ["111 columns", "a.ts", words(111), [1]],
  ["an emoji as one column", "a.ts", `${words(109)}😀`, []],
  ["a long word in a comment", "a.ts", `// see ${"x".repeat(120)}`, []],
  ["a key and a long value", "a.yaml", `  default: image@sha256:${"0".repeat(100)}`, []],
  ["a sentence in Markdown", "a.md", `short\n${words(111)}`, [2]],
  ["a row of a Markdown table", "a.md", `| ${words(120)} |`, []],
  ["a Markdown code block", "a.md", `\`\`\`sh\n${words(120)}\n\`\`\`\n${words(120)}`, [4]],
  ["a table's row elsewhere", "a.ts", `| ${words(120)} |`, [1]],
])("the long lines of %s", (_, file, text, lines) => {
  expect(longLines(file, text)).toEqual(lines);
});
