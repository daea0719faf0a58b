/** One vitest process. */
export type Run = {
  readonly name: string;
  /** Arguments of `vitest run`. */
  readonly args: readonly string[];
  /**
   * Added to the process's niceness. With 0 it competes with the containers, with 19 it gets only the
   * processor time that they leave.
   */
  readonly nice: number;
};

/** Runs that follow each other. Lanes run side by side, so each run has its own containers. */
export type Lane = readonly Run[];

const slowFaults = "tests/faults/slow";
/** Faults that somebody sees who has the page open. */
const pageFaults = "web/tests/slow";
/** The files of slow faults that take longest, mostly by waiting. */
const longest = ["redis-away", "worker-faults", "document-faults"].map(
  (name) => `${slowFaults}/${name}.test.ts`,
);
const butLongest = longest.map((file) => `--exclude=${file}`);

const project = (name: string, ...args: string[]): Run => ({
  name,
  args: [`--project=${name}`, ...args],
  nice: 0,
});

/** Keeps the cores busy. Its priority is low, because the tests on a stack limit the time of an answer. */
const compute: Run = {
  name: "compute",
  args: ["--project=unit", "--project=processes", "--project=ocr", "--project=readers"],
  nice: 10,
};

const services: Lane = [compute, project("redis")];

/** Redis is away for 2.2 minutes three times, and workers are lost until their orders fail. */
const waits: Run = { name: "waits", args: ["--project=faults", ...longest], nice: 0 };

/** Fault tests of which each file has a stack of its own, after those that wait. */
const waitsThenOwnStacks: Lane = [waits, project("own-stacks")];

export const lanes = {
  /** `npm test`. */
  test: [
    services,
    [project("stack"), project("faults", `--exclude=${slowFaults}/**`, `--exclude=${pageFaults}/**`)],
  ],
  /** `npm run test:faults`. */
  faults: [[project("faults", slowFaults, pageFaults, ...butLongest)], waitsThenOwnStacks],
  /** Both, with one stack for the quick and the slow fault tests. */
  all: [services, [project("stack"), project("faults", ...butLongest)], waitsThenOwnStacks],
} as const satisfies Record<string, readonly Lane[]>;
