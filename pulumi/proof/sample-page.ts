import { readFileSync } from "node:fs";
import path from "node:path";

/** The orders of proofs have this file name. */
export const SAMPLE_NAME = "proof-of-an-update.png";

const readFile = (file: string) => readFileSync(path.join(import.meta.dirname, file));

/** The beginning of the sample lease, as a file to upload. */
export function samplePage(): File {
  return new File([readFile("page.png")], SAMPLE_NAME, { type: "image/png" });
}

/** How many of the words may be missing, in parts of them. */
const mostMissing = 0.1;
/** The data of other languages do not know every English word. */
const mostMissingWithoutEnglish = 0.5;

/** What is wrong with the text that was read of the page, in a sentence. Undefined if it is right. */
export function textFault(text: string, languages: string): string | undefined {
  const [expected, read] = [wordsOf(readFile("page.txt").toString()), wordsOf(text)];
  const missing = Math.max(countMissing(expected, read), countMissing(read, expected));
  const most = languages.split("+").includes("eng") ? mostMissing : mostMissingWithoutEnglish;
  if (missing <= most * expected.length) return undefined;
  const wrong = `${Math.min(missing, expected.length)} of ${expected.length} words are wrong`;
  const differing = expected.findIndex((word, index) => word !== read[index]);
  const at = differing < 0 ? expected.length : differing;
  return `${wrong}: instead of ${quoted(expected.slice(at))} it has ${quoted(read.slice(at))}.`;
}

const wordsOf = (text: string) => text.split(/\s+/).filter(Boolean);

/** How many of the words are not among the others. A word that comes twice must be there twice. */
function countMissing(words: readonly string[], others: readonly string[]): number {
  const left = [...others];
  return words.filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  }).length;
}

function quoted(words: readonly string[]): string {
  return words.length === 0 ? "nothing" : `"${words.slice(0, 6).join(" ")}"`;
}
