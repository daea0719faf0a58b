import { execa } from "execa";
import { median } from "../../bench/figures.ts";
import { placeOrders } from "../../bench/orders/load.ts";
import { MeasuredRedis } from "../../bench/orders/measured-redis.ts";
import { missing, type Row, type Stage } from "./browser.ts";

const pages = 20;
const rounds = 5;
const seconds = 5;
const connections = 16;

/**
 * Orders per second, with stopped workers: without pages, beside open pages of another user, and beside open
 * pages of the user who orders. Rounds alternate. The browser shares the machine with the stack.
 */
export async function openPages({ browser, url, clone, customer }: Stage): Promise<Row[]> {
  const body = new URLSearchParams({ ...missing, token: await customer.validToken("alice") }).toString();
  const load = async () =>
    (await placeOrders(`${url}/orders`, body, connections, { duration: seconds })).perSecond;
  // They would use more of the cores for one kind of round than for the others.
  const workers = await clone.containers("ocr-worker");
  await execa("docker", ["stop", ...workers.map(({ id }) => id)]);
  await load();
  // Orders that wait reserve room on disk, so that after some rounds there would be none left.
  const redis = new MeasuredRedis((await clone.container("redis")).id);
  await redis.empty();
  const users = [undefined, "bob", "alice"];
  const speeds = new Map<string | undefined, number[]>(users.map((user) => [user, []]));
  for (let round = 0; round < rounds; round++) {
    for (const user of users) {
      const open = user === undefined ? [] : Array.from({ length: pages }, () => browser.orders(url, user));
      const opened = await Promise.all(open);
      speeds.get(user)?.push(await load());
      await Promise.all(opened.map((page) => page.context().close()));
      await redis.empty();
    }
  }
  const alone = median(speeds.get(undefined) ?? []);
  await execa("docker", ["start", ...workers.map(({ id }) => id)]);
  return users.map((user) => {
    const speed = median(speeds.get(user) ?? []);
    const name =
      user === undefined
        ? "none"
        : user === "alice"
          ? `${pages} of the user who orders`
          : `${pages} of another user`;
    return {
      "open pages": name,
      "orders/s": speed.toFixed(0),
      "beside none": `${((speed / alone) * 100).toFixed(0)} %`,
    };
  });
}
