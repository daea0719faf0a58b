/** One vitest process. Lanes run side by side, so each has its own containers. */
export type Lane = {
  readonly name: string;
  /** Arguments of `vitest run`. */
  readonly args: readonly string[];
  /** Added to the process's priority number: 0 competes with the containers, 19 takes what they leave. */
  readonly nice: number;
};

const slowFaults = "tests/faults/slow";
const redisAway = `${slowFaults}/redis-away.test.ts`;

/**
 * `unit` and `readers` compute, and the other lanes mostly wait for containers, so they can share the cores.
 * `unit` has a lower priority, because tests of the other lanes limit the time of an answer.
 */
const main: readonly Lane[] = [
  { name: "unit", args: ["--project=unit", "--project=ocr"], nice: 10 },
  { name: "redis", args: ["--project=redis"], nice: 0 },
  { name: "stack", args: ["--project=stack", "--project=readers"], nice: 0 },
];

/** A lane of its own, because its tests wait for minutes: Redis is away for 2.2 minutes three times. */
const away: Lane = { name: "redis-away", args: ["--project=faults", redisAway], nice: 0 };

export const lanes = {
  /** `npm test`. */
  test: [...main, { name: "faults", args: ["--project=faults", `--exclude=${slowFaults}/**`], nice: 0 }],
  /** `npm run test:faults`. */
  faults: [
    { name: "faults", args: ["--project=faults", slowFaults, `--exclude=${redisAway}`], nice: 0 },
    away,
  ],
  /** Both, with one stack for the quick and the slow fault tests. */
  all: [...main, { name: "faults", args: ["--project=faults", `--exclude=${redisAway}`], nice: 0 }, away],
} as const satisfies Record<string, readonly Lane[]>;
