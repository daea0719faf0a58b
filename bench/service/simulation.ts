/** A document that a user orders. `queued` is the time of the order in seconds. Ids follow that time. */
export type Document = Readonly<{ id: number; user: string; queued: number; pages: number }>;

/** What a worker does at a time. If an inspection finds a single page, it includes reading that page. */
export type Task = Readonly<{ document: Document; kind: "inspection" | "page" }>;

/** A way to choose the next task. */
export interface Discipline {
  ordered(document: Document): void;
  /** A document of several pages was inspected, so that its pages wait. */
  inspected(document: Document): void;
  next(): Task | undefined;
}

export type Machine = Readonly<{ workers: number; secondsPerPage: number; secondsPerInspection: number }>;

/** The seconds from the order to the end of the last page. */
export type Completion = Readonly<{ document: Document; seconds: number }>;

/** Lets workers read documents until all are complete. `documents` must be sorted by `queued`. */
export function simulate(machine: Machine, documents: readonly Document[], by: Discipline): Completion[] {
  const completions: Completion[] = [];
  const pagesLeft = new Map(documents.map(({ id, pages }) => [id, pages]));
  const arrivals = documents.values();
  let arrival = arrivals.next().value;
  let busy: { until: number; task: Task }[] = [];

  const end = ({ document, kind }: Task, now: number) => {
    if (kind === "inspection" && document.pages > 1) return by.inspected(document);
    const left = (pagesLeft.get(document.id) ?? 0) - 1;
    pagesLeft.set(document.id, left);
    if (left === 0) completions.push({ document, seconds: now - document.queued });
  };

  while (arrival !== undefined || busy.length > 0) {
    const now = Math.min(arrival?.queued ?? Number.POSITIVE_INFINITY, ...busy.map(({ until }) => until));
    for (; arrival !== undefined && arrival.queued <= now; arrival = arrivals.next().value) {
      by.ordered(arrival);
    }
    for (const { task } of busy.filter(({ until }) => until <= now)) end(task, now);
    busy = busy.filter(({ until }) => until > now);
    while (busy.length < machine.workers) {
      const task = by.next();
      if (task === undefined) break;
      busy.push({ until: now + secondsOf(machine, task), task });
    }
  }
  return completions;
}

function secondsOf({ secondsPerPage, secondsPerInspection }: Machine, { document, kind }: Task): number {
  if (kind === "page") return secondsPerPage;
  return secondsPerInspection + (document.pages === 1 ? secondsPerPage : 0);
}
