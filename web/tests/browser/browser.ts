import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { complaintsOf } from "./complaints.ts";

const wide = { width: 1280, height: 800 };

/** A tab of its own browser profile, and what the browser complained about there. */
export type Tab = { page: Page; complaints: readonly string[] };

/** Opens a tab without cookies. It is closed when the test is over. */
export async function openTab(
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  const context = await browser.newContext({ baseURL, viewport: wide, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  return { page, complaints: await complaintsOf(page) };
}

/** Opens a tab as a demo user. */
export async function signedIn(
  browser: Browser,
  baseURL: string,
  user = "alice",
  options: BrowserContextOptions = {},
): Promise<Tab> {
  const tab = await openTab(browser, baseURL, options);
  await tab.page.goto("/");
  await tab.page.getByRole("button", { name: user, exact: true }).click();
  await tab.page.getByRole("heading", { name: "Orders", exact: true }).waitFor();
  return tab;
}
