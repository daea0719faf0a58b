import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FaultStack } from "../../../tests/faults/harness/fault-stack.ts";
import { drawLine, drawLines, leaseText } from "../../../tests/scan.ts";
import { signedIn } from "../browser/browser.ts";
import { startChromium } from "../browser/chromium.ts";
import { looksRight } from "../browser/looks-right.ts";
import { canTestPage } from "../browser/programs.ts";

const stack = await FaultStack.open();

describe.skipIf(!canTestPage)("a person who looks at a scan", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  /** Orders the picture, and opens it once it has been read. */
  async function opened(page: Page, name: string, picture: Buffer): Promise<void> {
    await page.locator("input[type=file]").setInputFiles([{ name, mimeType: "image/png", buffer: picture }]);
    const row = page.locator(".order-row", { hasText: name });
    await row.getByText("Completed").waitFor({ timeout: 120_000 });
    await row.getByRole("link", { name: "View" }).click();
  }

  test("compares a crooked page as it came with the page as it was read", async () => {
    const { page, complaints } = await signedIn(browser, stack.url, "bob");
    const straight = await drawLines(Array<string>(12).fill(`${leaseText} the fourth of May`), 1500)
      .png()
      .toBuffer();
    const crooked = await sharp(straight)
      .rotate(4, { background: "white" })
      .withDensity(300)
      .png()
      .toBuffer();
    await opened(page, `crooked ${Date.now()}.png`, crooked);
    const original = page.waitForResponse((answer) => answer.url().endsWith("/original.jpg"));
    await page.getByRole("button", { name: /Compare/ }).click();
    expect((await original).status()).toBe(200);
    await page.getByText("As it came").waitFor();
    await page.getByText(/As it was read, straightened by 4/).waitFor();
    const divider = page.getByRole("slider", { name: /Divider/ });
    await divider.focus();
    await page.keyboard.press("Home");
    expect(await divider.inputValue()).toBe("0");
    await page.keyboard.press("End");
    await looksRight(page, "comparison");
    expect(complaints).toEqual([]);
  });

  test("gets only the visible tiles of a large page, and no whole picture", async () => {
    const { page, complaints } = await signedIn(browser, stack.url, "bob");
    const line = await drawLine(leaseText).png().toBuffer();
    const large = await sharp({ create: { width: 4000, height: 3200, channels: 3, background: "white" } })
      .composite([{ input: line, left: 300, top: 400 }])
      .withDensity(300)
      .png()
      .toBuffer();
    const loaded: string[] = [];
    page.on("request", (request) => loaded.push(request.url()));
    const tile = page.waitForResponse((answer) => answer.url().includes("/tiles/"), { timeout: 120_000 });
    await opened(page, `large ${Date.now()}.png`, large);
    expect((await tile).status()).toBe(200);
    const text = page.getByRole("region", { name: "Text of the page" });
    await text.getByText("lease", { exact: true }).waitFor();
    await looksRight(page, "large-scan");
    expect(loaded.filter((url) => url.endsWith(".png"))).toEqual([]);
    expect(loaded.filter((url) => url.includes("/tiles/")).length).toBeLessThan(30);
    expect(complaints).toEqual([]);
  });
});
