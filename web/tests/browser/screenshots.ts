import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Page } from "playwright-core";

const folder = path.resolve(import.meta.dirname, "../../../.cache/screenshots");
const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 740 } };

/** Takes pictures of a view for people to look at, light and dark, wide and narrow: `.cache/screenshots/`. */
export async function takeScreenshots(page: Page, view: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const before = page.viewportSize() ?? sizes.wide;
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: path.join(folder, `${view}-${size}-${colorScheme}.png`) });
    }
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: null });
}
