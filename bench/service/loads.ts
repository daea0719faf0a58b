import { type Random, seededRandom } from "../../samples/drawing/random.ts";
import type { Document, Machine } from "./simulation.ts";

export const machine: Machine = { workers: 2, secondsPerPage: 2, secondsPerInspection: 0.1 };

/** Each load is drawn this often, with the seeds from 1, because a single draw varies. */
const draws = 6;

type Order = Omit<Document, "id">;
export type Load = (random: Random) => Order[];

/** Draws a load several times. */
export function drawn(load: Load): Document[][] {
  return Array.from({ length: draws }, (_, index) =>
    load(seededRandom(index + 1))
      .toSorted((a, b) => a.queued - b.queued)
      .map((order, id) => ({ ...order, id })),
  );
}

const between = (random: Random, least: number, most: number) =>
  least + Math.floor(random() * (most - least + 1));
const many = (length: number, order: (index: number) => Order) =>
  Array.from({ length }, (_, index) => order(index));
const small = (random: Random) => between(random, 1, 6);

export const burst: Load = (random) => many(30, () => ({ user: "A", queued: 0, pages: small(random) }));

export const equalBurst: Load = () => many(30, () => ({ user: "A", queued: 0, pages: 4 }));

export const unequalUsers: Load = (random) => [
  { user: "A", queued: 0, pages: 150 },
  ...many(10, () => ({ user: "A", queued: 0, pages: small(random) })),
  ...many(50, (index) => ({ user: "B", queued: 5 * index, pages: 1 })),
];

export const singlesFirst: Load = () => [
  ...many(150, () => ({ user: "A", queued: 0, pages: 1 })),
  ...many(10, () => ({ user: "B", queued: 1, pages: 6 })),
];

/**
 * One user's orders at random times that keep the workers busy for this part of the time. Of 100 documents,
 * 90 have 1 to 6 pages, 9 have 10 to 40, and one has 500.
 */
export function stream(part: number): Load {
  const pages = (random: Random) => {
    const kind = random();
    if (kind < 0.9) return small(random);
    return kind < 0.99 ? between(random, 10, 40) : 500;
  };
  return (random) => atRandomTimes(random, 3000, gap(0.9 * 3.5 + 0.09 * 25 + 0.01 * 500, part), pages);
}

/** A document of 500 pages, then three hours of small ones, more than the workers can read: 120 %. */
export const overload: Load = (random) => [
  { user: "A", queued: 0, pages: 500 },
  ...atRandomTimes(random, Math.round((3 * 3600) / gap(3.5, 1.2)), gap(3.5, 1.2), small),
];

/** The mean seconds between two orders. */
function gap(meanPages: number, part: number): number {
  const { workers, secondsPerPage, secondsPerInspection } = machine;
  return (meanPages * secondsPerPage + secondsPerInspection) / workers / part;
}

function atRandomTimes(random: Random, length: number, meanGap: number, pages: (random: Random) => number) {
  let queued = 0;
  return many(length, () => {
    queued -= meanGap * Math.log(1 - random());
    return { user: "A", queued, pages: pages(random) };
  });
}
