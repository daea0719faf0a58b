/** One vitest process. */
export type Run = {
  readonly name: string;
  /** For vitest, after `run`. */
  readonly args: readonly string[];
  /** Added to the process's priority number: 0 competes with the containers, 19 takes what they leave. */
  readonly nice: number;
};

/** Runs that follow each other. Lanes run side by side, so each run has containers of its own. */
export type Lane = readonly Run[];

const slowFaults = "tests/faults/slow";
const redisAway = `${slowFaults}/redis-away.test.ts`;

const project = (name: string, ...args: string[]): Run => ({
  name,
  args: [`--project=${name}`, ...args],
  nice: 0,
});

/** Keeps the cores busy. It steps back, because the tests on a stack bound the time of an answer. */
const compute: Run = {
  name: "compute",
  args: ["--project=unit", "--project=ocr", "--project=readers"],
  nice: 10,
};
const services: Lane = [compute, project("redis")];

/** Redis is away for 2.2 minutes three times. */
const away: Run = { name: "away", args: ["--project=faults", redisAway], nice: 0 };

export const lanes = {
  /** `npm test`. */
  test: [services, [project("stack"), project("faults", `--exclude=${slowFaults}/**`)]],
  /** `npm run test:faults`. */
  faults: [[project("faults", slowFaults, `--exclude=${redisAway}`)], [away]],
  /** Both, with one stack for the quick and the slow fault tests. */
  all: [services, [project("stack"), project("faults", `--exclude=${redisAway}`)], [away]],
} as const satisfies Record<string, readonly Lane[]>;
