import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { median } from "../../bench/figures.ts";
import { placeOrders } from "../../bench/orders/load.ts";
import { MeasuredRedis } from "../../bench/orders/measured-redis.ts";
import { ContainerClock } from "../../bench/orders/processor-time.ts";
import { missing, PageBrowser, type Row, type Stage } from "./browser.ts";

const pages = 20;
const rounds = 5;
const seconds = 5;
const connections = 16;
/** New pages load and draw for so long. */
const settleMs = 3000;

/**
 * Orders per second, with stopped workers: without pages, beside open pages of another user, and beside open
 * pages of the user who orders. Rounds alternate. A customer's browser runs on another machine, so this one
 * gets only the processor time that the stack leaves. The processor time that the stack alone uses for an
 * order is shown too.
 */
export async function openPages({ url, clone, customer }: Stage): Promise<Row[]> {
  const browser = await PageBrowser.startBehind();
  const body = new URLSearchParams({ ...missing, token: await customer.validToken("alice") }).toString();
  const clock = await ContainerClock.open();
  const parts = await Promise.all(
    ["redis", "auth-api", "order-api", "router"].map((name) => clone.container(name)),
  );
  const usedUs = async () =>
    (await Promise.all(parts.map(({ id }) => clock.usedUs(id)))).reduce((sum, each) => sum + each, 0);
  const load = async (): Promise<Load> => {
    const before = await usedUs();
    const { perSecond, sent } = await placeOrders(`${url}/orders`, body, connections, { duration: seconds });
    return { perSecond, orderUs: ((await usedUs()) - before) / sent };
  };
  // They would use more of the cores for one kind of round than for the others.
  const workers = await clone.containers("ocr-worker");
  await execa("docker", ["stop", ...workers.map(({ id }) => id)]);
  await load();
  // Orders that wait reserve room on disk, so that after some rounds there would be none left.
  const redis = new MeasuredRedis((await clone.container("redis")).id);
  await redis.empty();
  const cases = [
    { name: "none", user: undefined, loads: [] as Load[] },
    { name: `${pages} of another user`, user: "bob", loads: [] as Load[] },
    { name: `${pages} of the user who orders`, user: "alice", loads: [] as Load[] },
  ];
  for (let round = 0; round < rounds; round++) {
    for (const { user, loads } of cases) {
      const open = user === undefined ? [] : Array.from({ length: pages }, () => browser.orders(url, user));
      const opened = await Promise.all(open);
      if (opened.length > 0) await pause(settleMs);
      loads.push(await load());
      await Promise.all(opened.map((page) => page.context().close()));
      await redis.empty();
    }
  }
  await browser.close();
  await execa("docker", ["start", ...workers.map(({ id }) => id)]);
  const alone = medians(cases[0]?.loads ?? []);
  return cases.map(({ name, loads }) => {
    const { perSecond, orderUs } = medians(loads);
    return {
      "open pages": name,
      "orders/s": perSecond.toFixed(0),
      "beside none": percent(perSecond / alone.perSecond),
      "stack, µs/order": orderUs.toFixed(0),
      "µs beside none": percent(orderUs / alone.orderUs),
    };
  });
}

/** `orderUs`: the processor time of the stack for an order, in microseconds. */
type Load = { perSecond: number; orderUs: number };

function medians(loads: readonly Load[]): Load {
  return {
    perSecond: median(loads.map(({ perSecond }) => perSecond)),
    orderUs: median(loads.map(({ orderUs }) => orderUs)),
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
