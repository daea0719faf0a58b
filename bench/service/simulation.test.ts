import { describe, expect, test } from "vitest";
import { evenShares, firstCome, serviceOrder, shortestFirst } from "./disciplines.ts";
import { type Discipline, simulate } from "./simulation.ts";

const machine = { workers: 2, secondsPerPage: 2, secondsPerInspection: 0.1 };

/** The seconds to the completion of each document; all are ordered at once by one user. */
function completions(pages: readonly number[], by: Discipline, workers = 2): number[] {
  const documents = pages.map((count, id) => ({ id, user: "A", queued: 0, pages: count }));
  return simulate({ ...machine, workers }, documents, by)
    .toSorted((a, b) => a.document.id - b.document.id)
    .map(({ seconds }) => Math.round(seconds * 10) / 10);
}

test("a page of one is read with its inspection, and workers share several pages", () => {
  expect(completions([1, 1, 1], firstCome())).toEqual([2.1, 2.1, 4.2]);
  expect(completions([3], firstCome())).toEqual([4.1]);
});

test("a worker that is idle waits for the next order", () => {
  const late = { id: 0, user: "A", queued: 50, pages: 1 };
  const later = { id: 1, user: "A", queued: 51, pages: 1 };
  const seconds = simulate({ ...machine, workers: 1 }, [late, later], firstCome()).map(
    (each) => each.seconds,
  );
  expect(seconds[0]).toBeCloseTo(2.1);
  expect(seconds[1]).toBeCloseTo(3.2);
});

describe("one worker gets a document of three pages, then one of two", () => {
  test.each([
    ["even shares alternate their pages", evenShares(), [10.2, 8.2]],
    ["first come, first served completes the first one", firstCome(), [6.1, 10.2]],
    ["the order of service completes the smaller one", serviceOrder(), [10.2, 4.2]],
    ["the smaller one is known in advance", shortestFirst(), [10.2, 4.1]],
  ])("%s", (_, discipline, wanted) => {
    expect(completions([3, 2], discipline, 1)).toEqual(wanted);
  });
});
