import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Customer } from "../../lib/customer.ts";
import { Failure } from "../../lib/failure.ts";
import type { StackUnderTest } from "../../tests/stack/stack-under-test.ts";
import { startChromium } from "../tests/browser/chromium.ts";
import { chromiumPath } from "../tests/browser/programs.ts";

/** What each part of the bench works with. */
export type Stage = {
  browser: PageBrowser;
  url: string;
  clone: StackUnderTest;
  customer: Customer;
  /** How many orders a long list has. */
  orders: number;
};

export type Row = Readonly<Record<string, string>>;

/** This document does not exist, so that the workers end such orders at once. */
export const missing = { title_number: "OW99999999", document_type: "lease" };

/** A real Chromium. Each page has a profile of its own. */
export class PageBrowser {
  readonly browser: Browser;
  readonly #folder: string | undefined;

  private constructor(browser: Browser, folder?: string) {
    this.browser = browser;
    this.#folder = folder;
  }

  /** Throws a Failure if there is no Chromium. */
  static async start(): Promise<PageBrowser> {
    if (chromiumPath === undefined) {
      throw new Failure("There is no Chromium.", "Install it, or set CHROMIUM to its path.");
    }
    return new PageBrowser(await startChromium());
  }

  /**
   * One that gets only the processor time that everything else leaves, as if it ran on another machine.
   * Throws a Failure if there is no Chromium.
   */
  static async startBehind(): Promise<PageBrowser> {
    if (chromiumPath === undefined) return PageBrowser.start();
    const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-browser-"));
    const program = path.join(folder, "chromium");
    await writeFile(program, `#!/bin/sh\nexec nice -n 19 '${chromiumPath}' "$@"\n`, { mode: 0o755 });
    return new PageBrowser(await startChromium(program), folder);
  }

  /** Opens the list of a demo user's orders. */
  async orders(url: string, user: string): Promise<Page> {
    const context = await this.browser.newContext({ baseURL: url, viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    await page.goto("/");
    await page.getByRole("button", { name: user, exact: true }).click();
    await page.getByRole("heading", { name: "Orders", exact: true }).waitFor();
    return page;
  }

  async close(): Promise<void> {
    await this.browser.close();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true });
  }
}
