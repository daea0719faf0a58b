import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FaultStack } from "../../tests/faults/harness/fault-stack.ts";
import { openTab } from "./browser/browser.ts";
import { startChromium } from "./browser/chromium.ts";
import { looksRight } from "./browser/looks-right.ts";
import { canTestPage } from "./browser/programs.ts";

const stack = await FaultStack.open();
const url = `http://localhost:${stack.clone.setting("observabilityPort")}`;
const panels = 21;

const alert = {
  labels: { alertname: "PartDown", severity: "critical" },
  annotations: { summary: "router does not answer", next: "Run `npm run status`. It shows the cause." },
  ...{ state: "firing", activeAt: "2026-01-01T10:00:00Z" },
};

describe.skipIf(!canTestPage)("the dashboard of the metrics", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  test("plots what the parts tell", async () => {
    const { page, complaints } = await openTab(browser, url);
    await page.goto("/user/");
    await page.getByRole("button", { name: "15 min" }).click();
    const workers = page.getByRole("figure").filter({ hasText: "Workers" });
    // One sample is a point, which has no size.
    await workers.locator("polyline").first().waitFor({ state: "attached" });
    expect(await page.getByRole("figure").count()).toBe(panels);
    await looksRight(page, "dashboard");
    expect(complaints).toEqual([]);
  });

  test("shows an alert with what to do next", async () => {
    const { page, complaints } = await openTab(browser, url);
    await page.route("**/api/v1/alerts*", (route) =>
      route.fulfill({ json: { status: "success", data: { alerts: [alert] } } }),
    );
    await page.goto("/user/");
    const item = page.getByRole("listitem").filter({ hasText: "router does not answer" });
    await item.getByText("npm run status", { exact: true }).waitFor();
    expect(await page.title()).toBe("(1) orbital-witness: metrics");
    expect(complaints).toEqual([]);
  });

  test("says so when Prometheus does not answer", async () => {
    const { page } = await openTab(browser, url);
    await page.route("**/api/v1/**", (route) =>
      route.fulfill({ json: { status: "error", error: "too busy" } }),
    );
    await page.goto("/user/");
    await page.getByText("Prometheus does not answer: too busy").waitFor();
  });
});
