import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aging, itemKey, itemsAhead, joiningTime, ServiceOrder, type WaitingItem } from "./service-order.ts";

const start = 1_800_000_000_000;
const users = ["1", "2", "3", "4"];
let turn = 0;

function item(user: string, pagesLeft: number | null, queuedMs = start): WaitingItem {
  turn += 1;
  return { id: `${turn}`, user, queuedMs, pagesLeft, turn };
}

function takeAll(order: ServiceOrder): WaitingItem[] {
  const taken: WaitingItem[] = [];
  for (let next = order.take(); next !== undefined; next = order.take()) taken.push(next);
  return taken;
}

/** Orders of some users, each followed by some free workers. */
const pages = fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 90, max: 600 }));
const steps = fc.array(
  fc.record({
    user: fc.constantFrom(...users),
    pages,
    // Several windows of aging, so that some orders are too late to overtake.
    waitedMs: fc.integer({ min: 0, max: 40 * aging.pageMs }),
    takes: fc.integer({ min: 0, max: 6 }),
  }),
  { maxLength: 60 },
);

describe("the key of an item", () => {
  test.each([
    ["an order that was not inspected counts as one page", null, 1],
    ["each page left counts", 7, 7],
    ["pages beyond the limit do not count", 500, aging.mostPages],
  ])("%s", (_, pagesLeft, counted) => {
    expect(itemKey({ queuedMs: start, pagesLeft })).toBe(start + counted * aging.pageMs);
  });
});

describe("between users", () => {
  test("users who have work all the time get the same number of pages, give or take two", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const order = new ServiceOrder();
        const served = new Map<string, number>();
        const lead = (a: string, b: string) => (served.get(a) ?? 0) - (served.get(b) ?? 0);
        const pairs = users.flatMap((a) => users.filter((b) => a < b).map((b) => ({ a, b, from: 0 })));
        const check = () => {
          for (const pair of pairs) {
            const { a, b } = pair;
            const both = order.itemsOf(a).length > 0 && order.itemsOf(b).length > 0;
            if (!both) pair.from = lead(a, b);
            else if (Math.abs(lead(a, b) - pair.from) > 2) expect.fail(`${a} leads ${b} by ${lead(a, b)}`);
          }
        };
        for (const { user, pages: count, takes } of history) {
          order.add(item(user, count));
          check();
          for (let n = 0; n < takes; n += 1) {
            const next = order.take();
            if (next !== undefined) served.set(next.user, (served.get(next.user) ?? 0) + 1);
            check();
          }
        }
      }),
    );
  });

  test("users who order again whenever they are served leave a backlog its share", () => {
    const returning = fc.subarray(["0", "2", "5"], { minLength: 1 });
    const away = fc.nat(3).chain((most) => fc.array(fc.nat(most), { minLength: 200, maxLength: 200 }));
    fc.assert(
      fc.property(returning, away, (names, pauses) => {
        const order = new ServiceOrder();
        order.add(item("1", 500));
        const backAt = new Map(names.map((name) => [name, 0]));
        let backlog = 0;
        for (const [now, pause] of pauses.entries()) {
          for (const [name, at] of backAt) if (at === now) order.add(item(name, 1));
          const user = order.take()?.user ?? "";
          if (user === "1") backlog += 1;
          else backAt.set(user, now + 1 + pause);
        }
        expect(backlog).toBeGreaterThanOrEqual(Math.floor(pauses.length / (names.length + 1)) - 1);
      }),
    );
  });

  test("a user who joins late is not paid for the time away", () => {
    expect(joiningTime(new Map(), "1")).toBe(0);
    expect(
      joiningTime(
        new Map([
          ["2", 40],
          ["3", 41],
        ]),
        "1",
      ),
    ).toBe(40);
    expect(
      joiningTime(
        new Map([
          ["1", 41],
          ["2", 40],
        ]),
        "1",
      ),
    ).toBe(41);
  });

  test("users are forgotten when nothing is left to do", () => {
    const order = new ServiceOrder();
    order.add(item("1", 3));
    order.add(item("2", null));
    expect(takeAll(order)).toHaveLength(4);
    expect(order.times.size).toBe(0);
  });
});

describe("within one user", () => {
  test("of the orders of one moment, the one with the fewest pages is completed first", () => {
    const counts = fc.array(fc.integer({ min: 1, max: aging.mostPages }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(counts, (list) => {
        const order = new ServiceOrder();
        const items = list.map((count) => item("1", count));
        for (const each of items) order.add(each);
        const completed = takeAll(order).filter(({ pagesLeft }) => pagesLeft === 1);
        const sizes = completed.map(({ id }) => items.find((each) => each.id === id)?.pagesLeft);
        expect(sizes).toEqual(list.toSorted((a, b) => a - b));
      }),
    );
  });

  test("an item waits only for what is queued within its window", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const order = new ServiceOrder();
        let now = start;
        for (const { pages: count, waitedMs, takes } of history) {
          now += waitedMs;
          order.add(item("1", count, now));
          for (let n = 0; n < takes; n += 1) {
            const next = order.take();
            for (const waiting of order.itemsOf("1")) {
              const counted = Math.min(waiting.pagesLeft ?? 1, aging.mostPages);
              const end = waiting.queuedMs + aging.pageMs * counted;
              if (next !== undefined && next.queuedMs >= end)
                expect.fail(`${next.id} overtook ${waiting.id}`);
            }
          }
        }
      }),
    );
  });

  test("a removed item is not handed out", () => {
    const order = new ServiceOrder();
    const cancelled = item("1", 2);
    const kept = item("1", 3);
    order.add(cancelled);
    order.add(kept);
    order.take();
    order.remove(cancelled);
    expect(takeAll(order).map(({ id }) => id)).toEqual([kept.id, kept.id, kept.id]);
  });
});

test("the estimate of the items ahead is right, give or take one for each other user", () => {
  const counts = fc.tuple(...users.map(() => fc.nat(12)));
  fc.assert(
    fc.property(counts, fc.nat(), fc.nat(30), (numbers, choice, takes) => {
      const order = new ServiceOrder();
      for (const [index, user] of users.entries()) {
        for (let n = 0; n < (numbers[index] ?? 0); n += 1) order.add(item(user, 1));
      }
      for (let n = 0; n < takes; n += 1) order.take();
      const waiting = users.flatMap((user) => order.itemsOf(user));
      const chosen = waiting[choice % waiting.length];
      if (chosen === undefined) return;
      const before = order.itemsOf(chosen.user).indexOf(chosen);
      const others = users.filter((user) => user !== chosen.user).map((user) => order.itemsOf(user).length);
      const truth = takeAll(order).indexOf(chosen);
      expect(Math.abs(truth - itemsAhead(before, others))).toBeLessThanOrEqual(others.length);
    }),
  );
});
