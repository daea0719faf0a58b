import { type Aging, aging } from "../../services/common/src/orders/queue/service-order.ts";
import { printTable } from "../figures.ts";
import { evenShares, firstCome, serviceOrder, shortestFirst } from "./disciplines.ts";
import * as loads from "./loads.ts";
import { type Completion, type Discipline, type Document, simulate } from "./simulation.ts";

type Disciplines = Readonly<Record<string, () => Discipline>>;
type Classes = Readonly<Record<string, (document: Document) => boolean>>;

const noLimit = Number.MAX_SAFE_INTEGER;
const agingName = ({ pageMs, mostPages }: Aging) =>
  `${pageMs / 1000} s a page, ${mostPages === noLimit ? "no limit" : `at most ${mostPages} pages`}`;

const disciplines: Disciplines = {
  "all pages evenly, as in 0.1.0": evenShares,
  "first come, first served": firstCome,
  [`**this order of service** (${agingName(aging)})`]: () => serviceOrder(),
  "optimum: sizes known, fewest pages left first": shortestFirst,
};
const otherAgings: Disciplines = Object.fromEntries(
  [
    { pageMs: 10_000, mostPages: 100 },
    { pageMs: 30_000, mostPages: 100 },
    { pageMs: 60_000, mostPages: 50 },
    { pageMs: 120_000, mostPages: 100 },
    { pageMs: 60_000, mostPages: noLimit },
  ].map((by) => [agingName(by), () => serviceOrder(by)]),
);

const all = () => true;
const bySize: Classes = {
  "1 to 6 pages": ({ pages }) => pages <= 6,
  "10 to 40 pages": ({ pages }) => pages > 6 && pages < 500,
  "500 pages": ({ pages }) => pages === 500,
};

/** `npm run bench:service`: completion times of simulated loads, for docs/figures.md. Runs are repeatable. */
report("30 documents of 1 to 6 pages at once", loads.burst, { all });
report("30 documents of 4 pages at once", loads.equalBurst, { all });
report("A: 150 pages and ten documents of 1 to 6 pages at once. B: one page every 5 s", loads.unequalUsers, {
  "A, 150 pages": ({ pages }) => pages === 150,
  "A, 1 to 6 pages": ({ user, pages }) => user === "A" && pages < 150,
  B: ({ user }) => user === "B",
  all,
});
report("A: 150 single pages at once. B: ten documents of 6 pages, a second later", loads.singlesFirst, {
  A: ({ user }) => user === "A",
  B: ({ user }) => user === "B",
  all,
});
for (const part of [0.8, 0.95]) {
  report(
    `A stream of documents at ${part * 100} % load`,
    loads.stream(part),
    { ...bySize, all },
    otherAgings,
  );
}
report("500 pages, then three hours of small documents at 120 % load", loads.overload, bySize, otherAgings);

function report(title: string, load: loads.Load, classes: Classes, others: Disciplines = {}): void {
  const draws = loads.drawn(load);
  const documents = draws.flat();
  const present = Object.fromEntries(
    Object.entries(classes).filter(([, includes]) => documents.some(includes)),
  );
  console.log(`\n${title}: mean, worst\n`);
  const rows = Object.entries({ ...disciplines, ...others }).map(([name, make]) =>
    row(
      name,
      draws.flatMap((draw) => simulate(loads.machine, draw, make())),
      present,
    ),
  );
  const users = new Set(documents.map(({ user }) => user));
  if (users.size > 1) rows.push(row("each user alone with one worker", draws.flatMap(alone), present));
  printTable(rows);
}

/** What each user would get with an own worker and nobody else. */
function alone(documents: readonly Document[]): Completion[] {
  const users = [...new Set(documents.map(({ user }) => user))];
  const machine = { ...loads.machine, workers: loads.machine.workers / users.length };
  return users.flatMap((user) =>
    simulate(
      machine,
      documents.filter((document) => document.user === user),
      serviceOrder(),
    ),
  );
}

function row(what: string, completions: readonly Completion[], classes: Classes) {
  const cells = Object.entries(classes).map(([name, includes]) => {
    const times = completions.filter(({ document }) => includes(document)).map((each) => each.seconds);
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    return [name, `${text(mean)}, ${text(Math.max(...times))}`];
  });
  return { what, ...Object.fromEntries(cells) };
}

function text(seconds: number): string {
  if (seconds >= 600) return `${Math.round(seconds / 60)} min`;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}
