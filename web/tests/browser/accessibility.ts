import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong on the page: each rule with the elements that break it. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Playwright evaluates outside the page's Content-Security-Policy.
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => {
    const { axe: tool } = globalThis as unknown as { axe: typeof axe };
    return tool.run(document, { resultTypes: ["violations"] });
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`),
  );
}
