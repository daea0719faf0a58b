import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { FaultStack } from "../../../tests/faults/harness/fault-stack.ts";
import { Orders } from "../../../tests/faults/harness/orders.ts";
import { drawLine, leaseText } from "../../../tests/scan.ts";
import { signedIn } from "../browser/browser.ts";
import { startChromium } from "../browser/chromium.ts";
import { withoutNetworkFaults } from "../browser/complaints.ts";
import { looksRight } from "../browser/looks-right.ts";
import { canTestPage } from "../browser/programs.ts";

const stack = await FaultStack.open();
const orders = new Orders(stack, "bob");
/** A file that is cut off; see `document-source.ts`. */
const brokenScan = "OW00000012";

describe.skipIf(!canTestPage)("a person who has the page open", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  const asBob = () => signedIn(browser, stack.url, "bob");

  test("sees why a broken scan failed and what to do", async () => {
    const { page, complaints } = await asBob();
    const id = await orders.place(brokenScan);
    await rowOf(page, id).getByText("Failed").waitFor();
    await page.goto(`/o/${id}`);
    const state = page.getByRole("region", { name: "State" });
    await state.getByText("Open the document yourself.").waitFor();
    const { reason } = await orders.view(id);
    expect(await state.innerText()).toContain(reason?.message);
    await looksRight(page, "failed-order");
    expect(complaints).toEqual([]);
  });

  test("sees that another worker takes over from one that was killed", async () => {
    const { page, complaints } = await asBob();
    const { id, name, worker } = await orders.midPage();
    await page.goto(`/o/${id}`);
    const life = page.getByRole("region", { name: "Life of the order" });
    await life.getByText(`${name}: Running`).waitFor({ state: "attached" });
    await stack.kill(worker);
    await life.getByText("Attempt 2").waitFor();
    await life.getByText("Lost: the worker stopped responding").first().waitFor();
    await looksRight(page, "taken-over");
    await page.getByRole("link", { name: "View scan and text" }).waitFor({ timeout: 120_000 });
    expect(complaints).toEqual([]);
  });

  test.for(["redis", "order-api"])("keeps the list while %s is away, and goes on by itself", async (part) => {
    const { page, complaints } = await asBob();
    const id = await orders.place("SHO1");
    await rowOf(page, id).getByText("Completed").waitFor();
    const field = page.getByLabel("Title number", { exact: true });
    await field.fill("OW1");
    const fault = await stack.stop(await stack.clone.container(part));
    const notice = page.locator(".notice");
    await notice.waitFor();
    expect(await rowOf(page, id).isVisible()).toBe(true);
    await looksRight(page, `without-${part}`);
    await fault.end();
    await notice.waitFor({ state: "detached" });
    await stack.untilReady();
    const next = await orders.place("SHO1");
    await rowOf(page, next).getByText("Completed").waitFor();
    expect(await field.inputValue()).toBe("OW1");
    expect(withoutNetworkFaults(complaints)).toEqual([]);
  });

  test("sees which part of the stack is not healthy, and what to run", async () => {
    const { page } = await asBob();
    await page.getByRole("link", { name: "Stack", exact: true }).click();
    const parts = page.getByRole("region", { name: "Parts" });
    const part = parts.getByRole("listitem").filter({ hasText: "Auth API" });
    await part.getByText("Healthy", { exact: true }).waitFor();
    expect(await parts.innerText()).not.toContain("npm run status");
    const fault = await stack.stop(await stack.clone.container("auth-api"));
    await part.getByText("Not healthy").waitFor();
    await parts.getByText("npm run status").waitFor();
    await looksRight(page, "stack-not-healthy");
    await fault.end();
    await part.getByText("Healthy", { exact: true }).waitFor();
  });

  test("never sees another user's orders, not even by their address", async () => {
    const { page, complaints } = await asBob();
    const id = await new Orders(stack, "alice").place("SHO1");
    await new Orders(stack, "alice").ended(id);
    const own = await orders.place("SHO1");
    await rowOf(page, own).waitFor();
    expect(await rowOf(page, id).count()).toBe(0);
    await page.goto(`/o/${id}`);
    await page.getByText("There is no order with this id.").waitFor();
    await looksRight(page, "no-such-order");
    await page.goto(`/o/${id}/1`);
    await page.getByText("There is no order with this id.").first().waitFor();
    await looksRight(page, "no-such-scan");
    expect(withoutNetworkFaults(complaints)).toEqual([]);
  });

  test("signs in again over the page when the session has ended", async () => {
    const { page, complaints } = await asBob();
    const field = page.getByLabel("Title number", { exact: true });
    await field.fill("OW77");
    await page.context().clearCookies();
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    // The access token is valid until then.
    await dialog.waitFor({ timeout: 60_000 });
    await looksRight(page, "ended-session");
    await dialog.getByLabel("Password").fill("password");
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(await field.inputValue()).toBe("OW77");
    const id = await orders.place("SHO1");
    await rowOf(page, id).getByText("Completed").waitFor();
    expect(withoutNetworkFaults(complaints)).toEqual([]);
  });

  test("sees why a file was refused, while the others are ordered", async () => {
    const { page, complaints } = await asBob();
    const files = [
      {
        name: "animation.gif",
        mimeType: "image/gif",
        buffer: Buffer.from("GIF89a\u0001\0\u0001\0", "latin1"),
      },
      { name: "scan.png", mimeType: "image/png", buffer: await drawLine(leaseText).png().toBuffer() },
    ];
    await page.locator("input[type=file]").setInputFiles(files);
    const area = page.getByRole("region", { name: "Upload your own scans" });
    await area.getByRole("alert").waitFor();
    expect(await area.getByRole("alert").innerText()).toContain("PDF");
    const row = page.locator(".order-row", { hasText: "scan.png" }).first();
    await row.getByText("Completed").waitFor();
    await looksRight(page, "refused-file");
    await area.getByRole("button", { name: "Dismiss animation.gif" }).click();
    await area.getByText("animation.gif").waitFor({ state: "detached" });
    expect(withoutNetworkFaults(complaints)).toEqual([]);
  });

  test("uploads a hundred scans at once, beside another user who does the same", async () => {
    const buffer = await drawLine(leaseText).png().toBuffer();
    const run = Date.now();
    await Promise.all(
      ["alice", "bob"].map(async (user) => {
        const { page, complaints } = await signedIn(browser, stack.url, user);
        const names = Array.from({ length: 100 }, (_, place) => `${user} ${run} ${place}.png`);
        const files = names.map((name) => ({ name, mimeType: "image/png", buffer }));
        await page.locator("input[type=file]").setInputFiles(files);
        const area = page.getByRole("region", { name: "Upload your own scans" });
        await area.getByText(names[99] ?? "").waitFor({ state: "detached", timeout: 120_000 });
        await area.locator(".upload-list").waitFor({ state: "detached", timeout: 120_000 });
        const own = await stack.customer.validToken(user);
        const { body } = await stack.customer.get("/orders?limit=100", own);
        const listed = z
          .object({ orders: z.array(z.object({ file_name: z.string().nullable() })) })
          .parse(body);
        expect(listed.orders.map(({ file_name }) => file_name).sort()).toEqual(names.sort());
        expect(complaints).toEqual([]);
      }),
    );
  });

  test("cancels and retries many orders at once", async () => {
    const { page, complaints } = await asBob();
    const title = "ST404";
    const ids = await Promise.all(Array.from({ length: 60 }, () => orders.place(title)));
    await Promise.all(ids.map((id) => orders.ended(id)));
    await page.goto(`/?title_number=${title}&status=failed`);
    await page.getByText(`${ids.length} orders`).waitFor();
    await page.getByRole("checkbox", { name: `${ids.length} orders` }).check();
    await looksRight(page, "selected-orders");
    await page.getByRole("button", { name: `Retry ${ids.length}` }).click();
    await page.getByRole("region", { name: "Selected orders" }).waitFor({ state: "detached" });
    const views = await Promise.all(ids.map((id) => orders.view(id)));
    for (const { history } of views)
      expect(history.filter(({ status }) => status === "queued")).toHaveLength(2);
    expect(complaints).toEqual([]);
  });
});

function rowOf(page: Page, id: string): Locator {
  return page.locator(".order-row", { has: page.locator(`a[href="/o/${id}"]`) });
}
