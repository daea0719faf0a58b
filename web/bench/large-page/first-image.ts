import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { z } from "zod";
import { PageBrowser } from "../browser.ts";

/** `firstImageMs`: from the navigation to the first picture. `tabMiB`: the peak memory of the tab. */
export type Opened = { firstImageMs: number; tabMiB: number; megabytes: number };

const pageSchema = z.looseObject({ image: z.looseObject({ tiles: z.json() }) });
const processesSchema = z.object({ processInfo: z.array(z.object({ type: z.string(), id: z.int() })) });

/**
 * Opens the scan in a new browser, enlarges it twice, and looks at its memory. `withTiles` false: the page is
 * told that there are no tiles, so that it loads the whole picture.
 */
export async function openScan(url: string, orderId: string, withTiles: boolean): Promise<Opened> {
  const browser = await PageBrowser.start();
  try {
    const page = await browser.orders(url, "alice");
    page.setDefaultTimeout(60_000);
    if (!withTiles) await hideTiles(page);
    let bytes = 0;
    const counting: Promise<void>[] = [];
    page.on("requestfinished", (request) => {
      if (!request.url().includes("/result/pages/")) return;
      counting.push(
        request.sizes().then(({ responseBodySize }) => {
          bytes += responseBodySize;
        }),
      );
    });
    await page.goto(`/o/${orderId}/1`);
    const firstImageMs = z.number().parse(await page.evaluate(firstImage));
    for (let step = 0; step < 2; step++) {
      await page.keyboard.press("+");
      await page.waitForTimeout(1500);
    }
    await Promise.all(counting);
    return { firstImageMs, tabMiB: await tabMemory(browser.browser), megabytes: bytes / 1e6 };
  } finally {
    await browser.close();
  }
}

async function hideTiles(page: Page): Promise<void> {
  await page.route("**/result/pages/1.json", async (route) => {
    const response = await route.fetch();
    const { image, ...others } = pageSchema.parse(await response.json());
    await route.fulfill({ response, json: { ...others, image: { ...image, tiles: null } } });
  });
}

/** For the tab: resolves to the time since the navigation when the middle of the view shows a picture. */
const firstImage = `new Promise((resolve) => {
  const look = () => {
    const canvas = document.querySelector(".viewer-canvas canvas");
    const at = (side) => Math.floor(side / 2);
    const middle =
      canvas?.width > 0 && canvas.getContext("2d").getImageData(at(canvas.width), at(canvas.height), 1, 1);
    if (middle && middle.data[3] !== 0) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})`;

/** The peak of the largest process of a tab, in MiB. */
async function tabMemory(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = processesSchema.parse(await session.send("SystemInfo.getProcessInfo"));
  const peaks = processInfo
    .filter(({ type }) => type === "renderer")
    .map(async ({ id }) => {
      const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${id}/status`, "utf8")) ?? [];
      return Number(kibibytes ?? 0) / 1024;
    });
  return Math.max(...(await Promise.all(peaks)));
}
