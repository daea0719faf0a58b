import { randomBytes } from "node:crypto";
import type { Browser, CDPSession, Page, Request } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { makePdf, scanned } from "../../../tests/documents.ts";
import { FaultStack } from "../../../tests/faults/harness/fault-stack.ts";
import { drawLine, leaseText } from "../../../tests/scan.ts";
import { signedIn } from "../browser/browser.ts";
import { startChromium } from "../browser/chromium.ts";
import { withoutNetworkFaults } from "../browser/complaints.ts";
import { looksRight } from "../browser/looks-right.ts";
import { canTestPage } from "../browser/programs.ts";
import { openProxy } from "../browser/proxy.ts";

const stack = await FaultStack.open();
const listSchema = z.object({ orders: z.array(z.object({ file_name: z.string().nullable() })) });

describe.skipIf(!canTestPage)("a person with a bad connection", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  test("loses it in the middle of an upload, which then is ordered once", async () => {
    const proxy = await openProxy(stack.url);
    const { page, complaints } = await signedIn(browser, proxy.url, "bob");
    const network = await page.context().newCDPSession(page);
    await limit(network, { uploadThroughput: 200_000 });
    const name = `cut off ${Date.now()}.png`;
    const line = await drawLine(leaseText).png().toBuffer();
    const buffer = Buffer.concat([line, randomBytes(1_000_000)]);
    await page.locator("input[type=file]").setInputFiles([{ name, mimeType: "image/png", buffer }]);
    const area = page.getByRole("region", { name: "Upload your own scans" });
    await expect.poll(() => partsOnDisk(), { timeout: 30_000 }).toHaveLength(1);
    await area.getByText(/^[1-9]\d? %$/).waitFor();

    proxy.cut();
    await area.getByText("The server cannot be reached. Trying again.").waitFor();
    await looksRight(page, "cut-off-upload");
    await expect.poll(() => partsOnDisk(), { timeout: 30_000 }).toEqual([]);
    expect(await namesOfOrders(name)).toEqual([]);

    proxy.restore();
    await page.locator(".order-row", { hasText: name }).getByText("Completed").waitFor();
    await area.locator(".upload-list").waitFor({ state: "detached" });
    expect(await namesOfOrders(name)).toEqual([name]);
    expect(withoutNetworkFaults(complaints)).toEqual([]);
  });

  test("waits for each answer, and still orders, reads and opens a scan", async () => {
    const { page, complaints } = await signedIn(browser, stack.url, "bob");
    const network = await page.context().newCDPSession(page);
    await limit(network, { latency: 800, downloadThroughput: 100_000, uploadThroughput: 50_000 });
    await page.reload();
    await page.getByLabel("Title number", { exact: true }).fill("OW12345678");
    await page.getByRole("combobox", { name: "Document" }).selectOption("Lease");
    const [answer] = await Promise.all([placed(page), page.getByRole("button", { name: "Order" }).click()]);
    const { order_id } = z.object({ order_id: z.string() }).parse(await answer.json());
    const row = page.locator(".order-row", { has: page.locator(`a[href="/o/${order_id}"]`) });
    await row.getByText("Completed").waitFor();
    await row.getByRole("link", { name: "View" }).click();
    await page.getByText("Loading the viewer").waitFor();
    const text = page.getByRole("region", { name: "Text of the page" });
    await text.getByText("Pennyfold", { exact: true }).first().waitFor();
    expect(complaints).toEqual([]);
  });

  test("turns pages and leaves a scan before its pictures have come", async () => {
    const { page, complaints } = await signedIn(browser, stack.url, "bob");
    const name = `pages ${Date.now()}.pdf`;
    const buffer = await makePdf(scanned("First page"), scanned("Second page"), scanned("Third page"));
    await page.locator("input[type=file]").setInputFiles([{ name, mimeType: "application/pdf", buffer }]);
    const row = page.locator(".order-row", { hasText: name });
    await row.getByText("Completed").waitFor();
    const pictures = new Set<Request>();
    page.on("request", (request) => {
      if (request.url().endsWith(".png")) pictures.add(request);
    });
    const done = (request: Request) => void pictures.delete(request);
    page.on("requestfinished", done);
    page.on("requestfailed", done);
    const network = await page.context().newCDPSession(page);
    await limit(network, { latency: 300, downloadThroughput: 20_000 });
    await row.getByRole("link", { name: "View" }).click();
    const text = page.getByRole("region", { name: "Text of the page" });
    for (const word of ["First", "Second", "Third"]) {
      await text.getByText(word, { exact: true }).waitFor();
      await page.keyboard.press("PageDown");
    }
    await page.goBack();
    await page.getByRole("navigation", { name: "Main" }).getByText("Orders").click();
    await limit(network, {});
    await expect.poll(() => pictures.size, { timeout: 30_000 }).toBe(0);
    // They are decoded after they have come.
    await page.waitForTimeout(1000);
    expect(complaints).toEqual([]);
  });

  const partsOnDisk = async () => {
    const { stdout } = await stack.exec(await stack.clone.container("order-api"), "ls", "/uploads");
    return stdout.split("\n").filter((file) => file.endsWith(".part"));
  };

  const namesOfOrders = async (name: string) => {
    const token = await stack.customer.validToken("bob");
    const { orders } = listSchema.parse((await stack.customer.get("/orders?limit=100", token)).body);
    return orders.map(({ file_name }) => file_name).filter((each) => each === name);
  };
});

const unlimited = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };

/** Limits the tab's network: latency in ms, throughput in bytes/s. */
async function limit(network: CDPSession, limits: Partial<typeof unlimited>): Promise<void> {
  await network.send("Network.enable");
  await network.send("Network.emulateNetworkConditions", { ...unlimited, ...limits });
}

const placed = (page: Page) =>
  page.waitForResponse((each) => each.request().method() === "POST" && each.url().endsWith("/orders"));
