/** A part of a snippet. `isHit`: the search found it. */
export type SnippetPart = { text: string; isHit: boolean };

const characters = new Map([
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&#39;", "'"],
]);

/**
 * The parts of a search result's `snippet`, which is HTML with nothing but `<mark>` and character references.
 */
export function snippetParts(snippet: string): SnippetPart[] {
  return snippet
    .split(/(<mark>.*?<\/mark>)/u)
    .filter((part) => part !== "")
    .map((part) => {
      const hit = /^<mark>(.*)<\/mark>$/u.exec(part)?.[1];
      return { text: plain(hit ?? part), isHit: hit !== undefined };
    });
}

function plain(markup: string): string {
  return markup.replace(/&(?:amp|lt|gt|quot|#39);/gu, (reference) => characters.get(reference) ?? reference);
}
