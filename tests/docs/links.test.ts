import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { pages, proseOf, readPage, root } from "./pages.ts";

const mostReadmeLines = 130;

/** Anchors as GitHub makes them from headings. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test(`the README has at most ${mostReadmeLines} lines`, () => {
  expect(readPage("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(mostReadmeLines);
});

test.each(pages)("the relative links of %s lead to files and headings", (page) => {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  for (const link of links.filter((each) => !/^https?:/.test(each))) {
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? page : path.join(path.dirname(page), file);
    expect(existsSync(path.join(root, target)), `${link} in ${page}`).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(target), `${link} in ${page}`).toContain(anchor);
  }
});

test("the README leads to every page of docs/", () => {
  const readme = readPage("README.md");
  for (const page of pages.filter((each) => each.startsWith("docs/"))) expect(readme).toContain(`](${page})`);
});
