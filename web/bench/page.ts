import { parseArgs } from "node:util";
import { printTable } from "../../bench/figures.ts";
import { ensureDocker } from "../../commands/stack/engine/docker.ts";
import { Customer } from "../../lib/customer.ts";
import { Failure, runCommand } from "../../lib/failure.ts";
import { say } from "../../lib/terminal.ts";
import { StackUnderTest } from "../../tests/stack/stack-under-test.ts";
import { PageBrowser } from "./browser.ts";
import { firstView } from "./first-view.ts";
import { openPages } from "./open-pages.ts";
import { scrolling } from "./scrolling.ts";
import { untilSeen } from "./until-seen.ts";

const parts = { "first-view": firstView, "until-seen": untilSeen, scrolling, "open-pages": openPages };

const { values } = parseArgs({
  options: {
    /** Only this part. */
    only: { type: "string" },
    /** The orders of the part `scrolling`. */
    orders: { type: "string", default: "10000" },
  },
});

/**
 * `npm run bench:page`: what the page costs in a real Chromium, on a stack of its own: its first view, the
 * time from the end of an order until it is seen, scrolling through many orders, and open pages beside
 * customers who order.
 */
await runCommand(async () => {
  const chosen = Object.entries(parts).filter(([name]) => values.only === undefined || values.only === name);
  if (chosen.length === 0) {
    throw new Failure(`--only must be one of ${Object.keys(parts).join(", ")}`, "Leave it out for all.");
  }
  await ensureDocker();
  const browser = await PageBrowser.start();
  const unlimited = { ordersPerMinute: "1000000", readsPerMinute: "1000000", streamsPerMinute: "1000000" };
  const clone = await StackUnderTest.make({ tokenSeconds: "86400", ...unlimited });
  try {
    say("Starting a separate stack");
    const { url } = await clone.up();
    const stage = { browser, url, clone, customer: new Customer(url), orders: Number(values.orders) };
    for (const [name, measure] of chosen) {
      say(`Measuring ${name}`);
      const rows = await measure(stage);
      console.log(`\n${name}\n`);
      printTable(rows);
      console.log();
    }
  } finally {
    await browser.close();
    await clone.remove();
  }
});
process.exit();
