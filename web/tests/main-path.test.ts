import { execa } from "execa";
import type { Browser, Locator, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { makePdf, scanned } from "../../tests/documents.ts";
import { FaultStack } from "../../tests/faults/harness/fault-stack.ts";
import { openTab, signedIn } from "./browser/browser.ts";
import { startChromium } from "./browser/chromium.ts";
import { withoutNetworkFaults } from "./browser/complaints.ts";
import { looksRight } from "./browser/looks-right.ts";
import { canTestPage } from "./browser/programs.ts";

const stack = await FaultStack.open();
/** A word of the sample lease. */
const word = "Pennyfold";
const twoPages = "two pages.pdf";

describe.skipIf(!canTestPage)("the page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  test("leads from signing in to a checked scan and its PDF", async () => {
    const { page, complaints } = await openTab(browser, stack.url, { acceptDownloads: true });
    await page.goto("/");
    await looksRight(page, "sign-in");
    await page.getByLabel("Name").fill("alice");
    await page.getByLabel("Password").fill("password");
    await page.getByRole("button", { name: "Sign in" }).click();

    const sample = await order(page, "OW12345678", "Lease");
    const long = await drop(page, twoPages, await makePdf(scanned("First page"), scanned("Second page")));
    await looksRight(page, "orders");
    for (const row of [sample, long]) await row.getByText("Completed").waitFor();

    await long.getByRole("link", { name: twoPages, exact: true }).click();
    await page.getByText("What happened").waitFor();
    await page.getByText("Page 1: read").waitFor({ state: "attached" });
    await page.getByText("Page 2: read").waitFor({ state: "attached" });
    await looksRight(page, "order");
    const next = page.waitForResponse(/\/result\/pages\/2\.png$/);
    await page.getByRole("link", { name: "View scan and text" }).click();
    await page.getByRole("region", { name: "Text of the page" }).getByText("First").waitFor();
    expect((await next).ok()).toBe(true);
    await page.goBack();
    await page.goBack();

    // The readers may be sure of every word of the sample.
    const doubt = async (route: Route) => {
      const response = await route.fetch();
      const json = await response.json();
      json.blocks[0].lines[0].words[0].confidence = 40;
      await route.fulfill({ response, json });
    };
    await page.route("**/result/pages/1.json", doubt, { times: 1 });
    await sample.getByRole("link", { name: "View" }).click();
    const text = page.getByRole("region", { name: "Text of the page" });
    await text.getByText(word, { exact: true }).first().waitFor();
    await page.keyboard.press("n");
    await text.locator(".doubtful.selected").waitFor();
    await page.locator(".word-mark.selected").waitFor({ state: "attached" });
    await looksRight(page, "scan");
    const id = page.url().split("/").at(-2) ?? "";
    for (let step = 0; step < 9; step++) await page.keyboard.press("+");
    // The view moves to its place in about a second, and may show the word on the way.
    await page.waitForTimeout(1500);
    await text.getByText("BOOKROOM", { exact: true }).click();
    await page.waitForTimeout(1500);
    expect(await showsSelected(page)).toBe(true);

    await page.getByRole("link", { name: "Search" }).click();
    await page.getByRole("searchbox").fill(word);
    const delay = async (route: Route) => {
      await page.waitForTimeout(1000);
      await route.continue();
    };
    await page.route("**/search?*", delay, { times: 1 });
    await page.getByRole("searchbox").press("Enter");
    await page.getByText("Loading…").waitFor();
    const hit = page.locator(`.hit[href^="/o/${id}/"]`);
    await hit.waitFor();
    await looksRight(page, "search");
    await hit.click();
    await text.locator(".word.found").first().waitFor();
    expect(await page.locator(".word-mark.found").count()).toBeGreaterThan(0);

    await page.getByRole("navigation", { name: "Breadcrumb" }).getByText("OW12345678 Lease").click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Searchable PDF" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("OW12345678-lease.pdf");
    const { stdout } = await execa("pdftotext", [await download.path(), "-"]);
    expect(stdout).toContain(word);
    expect(complaints).toEqual([]);
  });

  test("shows what a user may not do, and says when nothing is there", async () => {
    const { page, complaints } = await signedIn(browser, stack.url, "charlie");
    await page.getByText("You may read orders, but not place any.").waitFor();
    await page.getByRole("heading", { name: "No orders yet" }).waitFor();
    await looksRight(page, "no-orders");
    await page.goto(`/o/${crypto.randomUUID()}/x`);
    await page.getByRole("heading", { name: "There is nothing at this address" }).waitFor();
    const other = await page.context().newPage();
    await other.goto("/find");
    await other.getByRole("heading", { name: "Search", exact: true }).waitFor();
    // Each tab renews the session as it begins, and both have the same cookie.
    for (let times = 0; times < 3; times += 1) {
      await Promise.all([page, other].map((tab) => tab.reload()));
      for (const tab of [page, other]) await tab.getByRole("button", { name: "Sign out" }).waitFor();
    }
    await page.getByRole("button", { name: "Sign out" }).click();
    for (const tab of [page, other]) await tab.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.goto("/find?q=lease");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(complaints).toEqual([]);
  });

  test("orders the type that a title number has, also if Enter follows at once", async () => {
    const { page } = await signedIn(browser, stack.url);
    // The document source of these tests has no list.
    await page.route("**/documents?*", (route) => {
      const title_number = new URL(route.request().url()).searchParams.get("title_number") ?? "";
      const document_type = title_number === "OW12345678" ? "lease" : "transfer";
      return route.fulfill({ json: { documents: [{ title_number, document_type }], source: "folder" } });
    });
    const field = page.getByLabel("Title number", { exact: true });
    await field.fill("OW12345678");
    await page.locator("optgroup[label=Available]").waitFor({ state: "attached" });
    const row = await placed(page, async () => {
      await field.fill("OW23456789");
      await field.press("Enter");
    });
    await row.getByText("Transfer").waitFor();
  });

  test("shows operators the running stack, and nobody else", async () => {
    const { page, complaints } = await signedIn(browser, stack.url, "bob");
    await page.getByRole("link", { name: "Stack", exact: true }).click();
    const workers = page.getByRole("region", { name: "Workers" });
    await workers.getByRole("heading", { name: /^ocr-worker-1/ }).waitFor();
    await page.getByText("Order API").waitFor();
    await page.locator(".plot canvas").nth(1).waitFor();
    await looksRight(page, "stack");
    expect(complaints).toEqual([]);
    const { page: other, complaints: refused } = await signedIn(browser, stack.url, "alice");
    expect(await other.getByRole("link", { name: "Stack", exact: true }).count()).toBe(0);
    await other.goto("/workers");
    await other.getByRole("heading", { name: /operators/ }).waitFor();
    expect(withoutNetworkFaults(refused)).toEqual([]);
  });

  /** Whether the whole selected word is in the view of the scan. */
  async function showsSelected(page: Page): Promise<boolean> {
    const word = await page.locator(".word-mark.selected").boundingBox();
    const view = await page.locator(".viewer-canvas").boundingBox();
    if (!word || !view) return false;
    const [right, bottom] = [word.x + word.width, word.y + word.height];
    const isAcross = word.x >= view.x && right <= view.x + view.width;
    return isAcross && word.y >= view.y && bottom <= view.y + view.height;
  }

  /** Orders a document with the form. @returns its row, which is the first one */
  async function order(page: Page, title: string, type: string): Promise<Locator> {
    await page.getByLabel("Title number", { exact: true }).fill(title);
    await page.getByRole("combobox", { name: "Document" }).selectOption(type);
    return placed(page, () => page.getByRole("button", { name: "Order", exact: true }).click());
  }

  /** Drops a file on the page. @returns the row of its order */
  async function drop(page: Page, name: string, content: Buffer): Promise<Locator> {
    const dataTransfer = await page.evaluateHandle(
      ([fileName = "", base64 = ""]) => {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], fileName));
        return transfer;
      },
      [name, content.toString("base64")],
    );
    const target = page.locator("body");
    await target.dispatchEvent("dragover", { dataTransfer });
    await page.getByText("Drop them here").waitFor();
    return placed(page, () => target.dispatchEvent("drop", { dataTransfer }));
  }

  async function placed(page: Page, act: () => Promise<void>): Promise<Locator> {
    const [answer] = await Promise.all([
      page.waitForResponse((each) => each.request().method() === "POST" && each.url().endsWith("/orders")),
      act(),
    ]);
    const { order_id } = await answer.json();
    onTestFinished(() => stack.customer.cancel(order_id).then(() => undefined));
    const row = page.locator(".order-row", { has: page.locator(`a[href="/o/${order_id}"]`) });
    await row.waitFor();
    return row;
  }
});
