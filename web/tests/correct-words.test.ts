import { execa } from "execa";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { FaultStack } from "../../tests/faults/harness/fault-stack.ts";
import { signedIn } from "./browser/browser.ts";
import { startChromium } from "./browser/chromium.ts";
import { withoutNetworkFaults } from "./browser/complaints.ts";
import { looksRight } from "./browser/looks-right.ts";
import { canTestPage } from "./browser/programs.ts";

const stack = await FaultStack.open();

describe.skipIf(!canTestPage)("words of a page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  const paneOf = (page: Page) => page.getByRole("region", { name: "Text of the page" });
  const fieldOf = (page: Page) => page.getByRole("textbox", { name: /^Correct the word/ });

  /** Opens the sample lease of a new order as alice. */
  async function opened() {
    const id = await stack.customer.place("OW12345678", "lease");
    onTestFinished(async () => {
      await stack.customer.ask("POST", `/orders/${id}/remove`, { token: await stack.customer.validToken() });
    });
    await stack.customer.ended(id);
    const tab = await signedIn(browser, stack.url);
    await tab.page.goto(`/o/${id}/1`);
    await paneOf(tab.page).getByText("BOOKROOM", { exact: true }).waitFor();
    return { ...tab, id, text: paneOf(tab.page) };
  }

  test("are corrected, divided, joined and removed by keyboard, and everything follows", async () => {
    const { page, text, id, complaints } = await opened();
    const word = text.getByText("BOOKROOM", { exact: true });
    const index = Number(await word.getAttribute("data-word"));
    await word.click();
    const at = (place: number) => text.locator(`[data-word="${place}"]`);
    await page.keyboard.press("e");
    expect(await fieldOf(page).inputValue()).not.toBe("");
    await looksRight(page, "correct");
    await page.keyboard.press("Escape");
    await fieldOf(page).waitFor({ state: "detached" });

    const next = (await at(index + 1).textContent()) ?? "";
    await page.keyboard.press("Enter");
    await page.keyboard.type("quokka wombat");
    await page.keyboard.press("Enter");
    await text.locator(`.corrected[data-word="${index}"]`).getByText("quokka", { exact: true }).waitFor();
    expect(await at(index + 1).textContent()).toBe("wombat");
    expect(await at(index + 2).textContent()).toBe(next);
    await page.locator(`.word-mark.corrected[data-word="${index + 1}"]`).waitFor({ state: "attached" });
    await looksRight(page, "corrected");

    await page.keyboard.press(".");
    await page.keyboard.press("e");
    await page.keyboard.press("Delete");
    await page.keyboard.press("Enter");
    await at(index + 1)
      .getByText(next, { exact: true })
      .waitFor();

    await at(0).click();
    const joined = `${await at(0).textContent()}${await at(1).textContent()}`;
    await page.keyboard.press("j");
    await at(0).getByText(joined, { exact: true }).waitFor();

    await page.reload();
    await text.getByText("quokka", { exact: true }).waitFor();
    await text.getByText("Corrected 3 times").waitFor();
    expect(await stack.customer.text(id)).toMatch(new RegExp(`${joined}.*quokka`, "s"));
    const pdf = await stack.customer.result(id, "pdf");
    expect((await execa("pdftotext", ["-", "-"], { input: pdf })).stdout).toContain("quokka");
    await page.goto(`/find?q=quokka`);
    await page.locator(`.hit[href^="/o/${id}/"]`).waitFor();
    expect(complaints).toEqual([]);
  });

  test("that were corrected elsewhere are loaded again, and the typed text is kept", async () => {
    const { page, text, id, complaints } = await opened();
    const word = text.getByText("BOOKROOM", { exact: true });
    const index = Number(await word.getAttribute("data-word"));
    await word.dblclick();
    await fieldOf(page).fill("bandicoot");
    const path = `/orders/${id}/result/pages/1`;
    const token = await stack.customer.validToken();
    const { headers } = await stack.customer.ask("GET", path, { token });
    const other = await stack.customer.ask("PATCH", path, {
      ...{ token, body: JSON.stringify({ operations: [{ op: "remove", word: index - 1 }] }) },
      headers: { "If-Match": headers.get("ETag") ?? "", "Content-Type": "application/json" },
    });
    expect(other.status).toBe(200);
    await page.keyboard.press("Enter");
    await page.getByText("Your text is kept.").waitFor();
    await looksRight(page, "conflict");
    await page.getByRole("button", { name: "Load the page again" }).click();
    await text.locator(`[data-word="${index - 1}"] .word-editor`).waitFor();
    expect(await fieldOf(page).inputValue()).toBe("bandicoot");
    await fieldOf(page).press("Enter");
    await text
      .locator(`.corrected[data-word="${index - 1}"]`)
      .getByText("bandicoot", { exact: true })
      .waitFor();
    expect(withoutNetworkFaults(complaints)).toEqual([]);
  });
});
