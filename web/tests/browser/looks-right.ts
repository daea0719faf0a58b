import type { Page } from "playwright-core";
import { expect } from "vitest";
import { accessibilityFaults } from "./accessibility.ts";
import { takeScreenshots } from "./screenshots.ts";

/** Takes the screenshots of a view, and lets axe look at it. */
export async function looksRight(page: Page, view: string): Promise<void> {
  await takeScreenshots(page, view);
  expect(await accessibilityFaults(page), view).toEqual([]);
}
