/**
 * The order of service: which of the waiting items a free worker gets. It is arithmetic in memory, without
 * Redis, so that it can be simulated and compared with the queue's own steps.
 *
 * Users share the workers evenly, counted in pages. Of one user's documents, the one with the fewest pages
 * left goes first, because that has the shortest mean wait. Aging bounds how long the others wait.
 */

/**
 * `pageMs`: a page left counts as this much waiting, in milliseconds. `mostPages`: pages beyond this number
 * do not count.
 */
export type Aging = Readonly<{ pageMs: number; mostPages: number }>;

/**
 * A minute a page, for at most 100 pages. At 95 % load, half a minute makes small documents wait 16 times as
 * long as a whole one, because they overtake large documents for too short a time. Two minutes shorten the
 * mean by less than a tenth. Without the limit, a document of 500 pages could wait for eight hours of
 * newcomers; with it, for 100 minutes. `npm run bench:service` compares the values.
 */
export const aging: Aging = { pageMs: 60_000, mostPages: 100 };

/**
 * What waits. `pagesLeft` is null for an order that waits for its first worker, the number of pages not
 * handed out for a document, and 1 for a page that waits again. `queuedMs` is the Unix time at which the
 * order was queued. `turn` decides between equal keys: the lower one goes first.
 */
export type WaitingItem = Readonly<{
  id: string;
  user: string;
  queuedMs: number;
  pagesLeft: number | null;
  turn: number;
}>;

/**
 * Returns an item's key: of one user's items, the one with the lowest key goes first. An order counts as one
 * page until its document was inspected, since that takes a moment and tells the number of pages.
 *
 * Only what is queued less than `pageMs` times the pages counted after an item can go before it. So nothing
 * starves, however many small documents the same user orders.
 */
export function itemKey(item: Pick<WaitingItem, "queuedMs" | "pagesLeft">, by: Aging = aging): number {
  return item.queuedMs + by.pageMs * Math.min(item.pagesLeft ?? 1, by.mostPages);
}

/**
 * Returns the virtual time at which a user joins, given those of all known users. It is the lowest of them,
 * so that nobody is paid for the time away. A user who is still known keeps theirs, so that nobody gains by
 * leaving.
 */
export function joiningTime(times: ReadonlyMap<string, number>, user: string): number {
  return times.get(user) ?? (times.size === 0 ? 0 : Math.min(...times.values()));
}

/** Returns the user with the lowest virtual time. Equal ones go by name, as in Redis. */
export function nextUser(times: ReadonlyMap<string, number>): string | undefined {
  return lowest([...times], ([userA, a], [userB, b]) => a - b || (userA < userB ? -1 : 1))?.[0];
}

/** Returns the item that its user's next free worker gets. */
export function nextItem(items: readonly WaitingItem[], by: Aging = aging): WaitingItem | undefined {
  return lowest(items, (a, b) => itemKey(a, by) - itemKey(b, by) || a.turn - b.turn);
}

/**
 * Estimates the number of items that go before one that has `before` items of its own user before it. Each
 * other user, with `others` items, gets one for each of these and one for the item itself. If nothing else
 * is queued and each item is one page, the truth differs by at most one for each other user.
 */
export function itemsAhead(before: number, others: readonly number[]): number {
  return others.reduce((sum, items) => sum + Math.min(items, before + 1), before);
}

/** All that waits, and the users' virtual times. */
export class ServiceOrder {
  /** The number of pages that each user has had, counted from a common start. */
  readonly times = new Map<string, number>();
  readonly #items = new Map<string, WaitingItem[]>();
  readonly #aging: Aging;

  constructor(by: Aging = aging) {
    this.#aging = by;
  }

  itemsOf(user: string): readonly WaitingItem[] {
    return this.#items.get(user) ?? [];
  }

  add(item: WaitingItem): void {
    this.times.set(item.user, joiningTime(this.times, item.user));
    this.#items.set(item.user, [...this.itemsOf(item.user), item]);
  }

  remove({ user, id }: Pick<WaitingItem, "user" | "id">): void {
    const kept = this.itemsOf(user).filter((item) => item.id !== id);
    this.#items.set(user, kept);
  }

  /**
   * Hands out the next item, or the next page of it, and returns the item as it was before. A user without
   * items is only forgotten when their turn comes: until then they have had more than somebody who waits.
   */
  take(): WaitingItem | undefined {
    for (let user = nextUser(this.times); user !== undefined; user = nextUser(this.times)) {
      const item = nextItem(this.itemsOf(user), this.#aging);
      if (item !== undefined) {
        this.times.set(user, joiningTime(this.times, user) + 1);
        this.remove(item);
        const left = (item.pagesLeft ?? 1) - 1;
        if (left > 0) this.add({ ...item, pagesLeft: left });
        return item;
      }
      this.times.delete(user);
      this.#items.delete(user);
    }
    return undefined;
  }
}

function lowest<Value>(values: readonly Value[], compare: (a: Value, b: Value) => number): Value | undefined {
  return values.reduce<Value | undefined>(
    (best, value) => (best === undefined || compare(value, best) < 0 ? value : best),
    undefined,
  );
}
