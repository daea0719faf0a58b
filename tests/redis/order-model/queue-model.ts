import { itemKey } from "@orbital-witness/common/orders/queue/service-order.ts";

const userOf = (item: string) => item.slice(0, item.indexOf(":"));

/** A lease has most of its time left, must be renewed, or has run out. */
export type LeaseState = "fresh" | "waning" | "expired";

/** The rules for what waits, for who is served next, and for the leases of what workers have. */
export class QueueModel {
  readonly waiting = new Set<string>();
  /** The items that wait for their time. */
  readonly delayed = new Map<string, "later" | "due">();
  /** The pages that each user has had, counted from a common start. */
  readonly users = new Map<string, number>();
  readonly leases = new Map<string, LeaseState>();
  /** The ended orders that are to be archived, now or later. */
  readonly unarchived = new Map<string, "later" | "due">();
  /** "away": not seen for more than half a lease. "gone": not seen for more than a lease. */
  readonly workers = new Map<string, "here" | "away" | "gone">();
  /** Whether an idle worker that begins to wait is woken at once. */
  marker = false;

  put(item: string, delayMs: number): void {
    if (delayMs > 0) this.delayed.set(item, "later");
    else this.enter(item);
    this.marker = true;
  }

  /** A user who joins has had as much as the one who had least. */
  enter(item: string): void {
    const user = userOf(item);
    if (!this.users.has(user)) this.users.set(user, this.users.size ? Math.min(...this.users.values()) : 0);
    this.waiting.add(item);
  }

  /** Puts an item aside that cannot be claimed. */
  postpone(item: string): void {
    if (this.waiting.delete(item)) this.delayed.set(item, "later");
  }

  remove(item: string): void {
    this.waiting.delete(item);
    this.delayed.delete(item);
  }

  /** Counts pages as served. */
  serve(item: string, pages: number): void {
    const user = userOf(item);
    const had = this.users.get(user);
    if (had !== undefined) this.users.set(user, had + pages);
    else if (pages > 0) throw new Error(`a user without items is served: ${item}`);
  }

  /**
   * What a free worker does: it collects one of the leases that ran out, archives the ended orders, claims
   * the item, or waits. `isArchiver`: it comes from archiving, so that the items go first.
   */
  next(
    worker: string,
    isArchiver: boolean,
  ): { expired: string[]; ended: string[]; item: string | undefined } {
    this.arrive(worker);
    const expired = [...this.leases].filter(([, state]) => state === "expired").map(([name]) => name);
    if (expired.length > 0) return { expired, ended: [], item: undefined };
    for (const [item, state] of this.delayed) {
      if (state === "later") continue;
      this.delayed.delete(item);
      this.enter(item);
    }
    const ended = isArchiver ? [] : this.#takeEnded();
    if (ended.length > 0) return { expired, ended, item: undefined };
    for (const user of this.usersInOrder()) {
      const [item] = this.itemsOf(user);
      if (item === undefined) {
        this.users.delete(user);
        continue;
      }
      if (this.waiting.size > 1) this.marker = true;
      return { expired, ended, item };
    }
    return { expired, ended: this.#takeEnded(), item: undefined };
  }

  #takeEnded(): string[] {
    const due = [...this.unarchived].flatMap(([id, state]) => (state === "due" ? id : []));
    for (const id of due) this.unarchived.set(id, "later");
    return due;
  }

  usersInOrder(): string[] {
    const users = [...this.users].sort(([a, hadA], [b, hadB]) => hadA - hadB || (a < b ? -1 : 1));
    return users.map(([user]) => user);
  }

  /** The user's waiting items in the order in which they are served. */
  itemsOf(user: string): string[] {
    return [...this.waiting].filter((item) => userOf(item) === user).sort();
  }

  /** The number of items that are served before `item` if no others come. */
  ahead(item: string): number {
    const mine = this.itemsOf(userOf(item)).filter((one) => one < item).length;
    const others = [...this.users.keys()].filter((user) => user !== userOf(item));
    return others.reduce((sum, user) => sum + Math.min(this.itemsOf(user).length, mine + 1), mine);
  }

  /** A worker reports that it is here. If none was for a while, nobody's lease has run out meanwhile. */
  arrive(worker: string): void {
    const states = [...this.workers.values()];
    if (states.length > 0 && !states.includes("here")) {
      for (const name of this.leases.keys()) this.leases.set(name, "fresh");
    }
    if (this.workers.get(worker) === "here") return;
    this.workers.set(worker, "here");
    for (const [name, state] of this.workers) if (state === "gone") this.workers.delete(name);
  }

  /** Ends a lease that ran out. Returns whether it did. */
  collect(name: string): boolean {
    return this.leases.get(name) === "expired" && this.leases.delete(name);
  }
}

/** An item of an order that has `pagesLeft` pages left. */
export function itemOf(
  { order, queuedMs, turn }: { order: { user_id: number }; queuedMs: number; turn: number },
  name: string,
  pagesLeft: number,
): string {
  return itemAt(order.user_id, itemKey({ queuedMs, pagesLeft }), turn, name);
}

export function itemAt(user: number, key: number, turn: number, name: string): string {
  return `${user}:${String(key).padStart(13, "0")}:${String(turn).padStart(12, "0")}:${name}`;
}
