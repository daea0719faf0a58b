import { expect, test } from "vitest";
import { snippetParts } from "./snippet.ts";

test.each([
  ["the <mark>term of years</mark> at a <mark>rent</mark>", ["the ", "[term of years]", " at a ", "[rent]"]],
  ["a &lt;b&gt; &amp;amp; &quot;<mark>O&#39;Brien</mark>", ['a <b> &amp; "', "[O'Brien]"]],
  ["nothing", ["nothing"]],
  ["", []],
])("%s", (snippet, parts) => {
  expect(snippetParts(snippet).map(({ text, isHit }) => (isHit ? `[${text}]` : text))).toEqual(parts);
});
