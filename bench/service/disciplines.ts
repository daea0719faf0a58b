import { type Aging, ServiceOrder } from "../../services/common/src/orders/queue/service-order.ts";
import type { Discipline, Document, Task } from "./simulation.ts";

/** The order of service of this project. */
export function serviceOrder(by?: Aging): Discipline {
  const order = new ServiceOrder(by);
  const documents = new Map<string, Document>();
  let turn = 0;
  const add = (document: Document, pagesLeft: number | null) => {
    const { user, queued } = document;
    const id = String(document.id);
    documents.set(id, document);
    turn += 1;
    order.add({ id, user, queuedMs: queued * 1000, pagesLeft, turn });
  };
  return {
    ordered: (document) => add(document, null),
    inspected: (document) => add(document, document.pages),
    next() {
      const item = order.take();
      const document = documents.get(item?.id ?? "");
      return item && document && { document, kind: item.pagesLeft === null ? "inspection" : "page" };
    },
  };
}

/** The workers read one document after the other, and share the pages of each. */
export const firstCome = () => lowestFirst(({ document }) => document.id);

/**
 * The shortest remaining processing time, with sizes known before the inspection. It has the lowest mean of
 * all where pages can be divided at will. It knows no users and no aging.
 */
export const shortestFirst = () => lowestFirst(({ left, inspected }) => left + (inspected ? 0 : 0.05));

type Waiting = { readonly document: Document; readonly inspected: boolean; left: number };

function lowestFirst(rank: (waiting: Waiting) => number): Discipline {
  const waiting: Waiting[] = [];
  const add = (document: Document, inspected: boolean) =>
    waiting.push({ document, inspected, left: document.pages });
  return {
    ordered: (document) => add(document, false),
    inspected: (document) => add(document, true),
    next() {
      const first = takeLowest(waiting, rank);
      if (first === undefined) return undefined;
      const { document, inspected, left } = first;
      if (inspected && left > 1) waiting.push({ document, inspected, left: left - 1 });
      return { document, kind: inspected ? "page" : "inspection" };
    },
  };
}

/**
 * Start-time fair queueing of pages, as in version 0.1.0: a new order is one place behind the task to be
 * served next, and the pages of a document are two places apart.
 */
export function evenShares(): Discipline {
  const waiting: { task: Task; place: number }[] = [];
  const front = () => waiting.reduce((least, { place }) => Math.min(least, place), waiting[0]?.place ?? 0);
  return {
    ordered: (document) => waiting.push({ task: { document, kind: "inspection" }, place: front() + 1 }),
    inspected(document) {
      const start = front();
      for (let index = 0; index < document.pages; index += 1) {
        waiting.push({ task: { document, kind: "page" }, place: start + 2 * index + 1 });
      }
    },
    next: () => takeLowest(waiting, ({ place }) => place)?.task,
  };
}

/** Removes and returns the value with the lowest rank; the first one of equal ranks. */
function takeLowest<Value>(values: Value[], rank: (value: Value) => number): Value | undefined {
  let best = 0;
  for (const [index, value] of values.entries()) {
    const other = values[best];
    if (other !== undefined && rank(value) < rank(other)) best = index;
  }
  return values.splice(best, 1)[0];
}
