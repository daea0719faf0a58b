import type { Page } from "playwright-core";
import { z } from "zod";
import { percentile } from "../../bench/figures.ts";
import { placeOrders } from "../../bench/orders/load.ts";
import type { Customer } from "../../lib/customer.ts";
import { poll } from "../../lib/poll.ts";
import { missing, type Row, type Stage } from "./browser.ts";

const seconds = 5;
const count = z.int();
const listSchema = z.object({
  counts: z.object({ queued: count, fetching: count, recognizing: count }).nullable(),
});

/** Frames while a list of many ended orders is scrolled steadily from its top to its end, twice. */
export async function scrolling({ browser, url, customer, orders }: Stage): Promise<Row[]> {
  const token = await customer.validToken("alice");
  const body = new URLSearchParams({ ...missing, token }).toString();
  await placeOrders(`${url}/orders`, body, 16, { amount: orders });
  await poll(() => ended(customer), {
    ...{ everyMs: 2000, limitMs: 15 * 60_000 },
    late: () => new Error("the orders did not end"),
  });
  const page = await browser.orders(url, "alice");
  await page.locator(".order-row").first().waitFor();
  const rows: Row[] = [];
  for (const round of ["first time", "again"]) {
    const frames = await scrolled(page, seconds * 1000);
    rows.push({
      round,
      orders: String(orders),
      "frames per second": (frames.length / seconds).toFixed(0),
      "longest frame": `${Math.round(Math.max(...frames))} ms`,
      "p99 frame": `${Math.round(percentile(frames, 99))} ms`,
    });
  }
  await page.context().close();
  return rows;
}

/** True once no order of alice is open, and undefined before. */
async function ended(customer: Customer): Promise<true | undefined> {
  const list = await customer.get("/orders?limit=1", await customer.validToken("alice"));
  const { counts } = listSchema.parse(list.body);
  return counts && counts.queued + counts.fetching + counts.recognizing === 0 ? true : undefined;
}

/** Scrolls from the top to the end. @returns the milliseconds of each frame */
function scrolled(page: Page, forMs: number): Promise<number[]> {
  return page.evaluate(async (ms) => {
    const frames: number[] = [];
    const root = document.scrollingElement ?? document.body;
    const began = performance.now();
    let last = began;
    for (let now = began; now - began < ms; ) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      now = performance.now();
      frames.push(now - last);
      last = now;
      const far = root.scrollHeight - root.clientHeight;
      root.scrollTop = far * Math.min(1, (now - began) / ms);
    }
    return frames;
  }, forMs);
}
