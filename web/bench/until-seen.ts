import { z } from "zod";
import { percentile } from "../../bench/figures.ts";
import { drawLine, leaseText } from "../../tests/scan.ts";
import type { Row, Stage } from "./browser.ts";

const count = 100;
const placedSchema = z.object({ order_id: z.string() });
const viewSchema = z.object({ status: z.string(), finished_at: z.string().nullable() });

/**
 * From the moment at which Redis records the end of an order until its row says so on screen, for orders of
 * one line that are placed one after the other. Both clocks are those of this machine.
 */
export async function untilSeen({ browser, url, customer }: Stage): Promise<Row[]> {
  const page = await browser.orders(url, "alice");
  const scan = new Blob([new Uint8Array(await drawLine(leaseText).png().toBuffer())], { type: "image/png" });
  const token = await customer.validToken("alice");
  const headers = { Authorization: `Bearer ${token}` };
  const delays: number[] = [];
  for (let number = 0; number < count; number++) {
    const body = new FormData();
    body.append("document", scan, `${number}.png`);
    const placed = await fetch(`${url}/orders`, { method: "POST", headers, body });
    const { order_id } = placedSchema.parse(await placed.json());
    const seenAt = await page.evaluate(async (id) => {
      const isSeen = () => {
        const row = document.querySelector(`a[href="/o/${id}"]`)?.closest(".order-row");
        return row?.textContent?.includes("Completed");
      };
      while (!isSeen()) await new Promise((resolve) => requestAnimationFrame(resolve));
      return Date.now();
    }, order_id);
    const answer = await fetch(`${url}/orders/${order_id}`, { headers });
    const { status, finished_at } = viewSchema.parse(await answer.json());
    if (status !== "completed" || finished_at === null) throw new Error(`order ${order_id} is ${status}`);
    delays.push(seenAt - Date.parse(finished_at));
  }
  await page.context().close();
  const ms = (percent: number) => `${Math.round(percentile(delays, percent))} ms`;
  return [{ orders: String(count), p50: ms(50), p99: ms(99), most: ms(100) }];
}
