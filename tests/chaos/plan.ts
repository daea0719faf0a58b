import { Random } from "./random.ts";

export const documentKinds = ["good", "long", "missing", "broken"] as const;
/** `long` has several pages. */
export type DocumentKind = (typeof documentKinds)[number];

/** An order that the run will place. Each has its own title number. */
export interface PlannedOrder {
  readonly titleNumber: string;
  readonly document: DocumentKind;
  /** The order brings its document, instead of taking it from the document source. */
  readonly isUpload: boolean;
  /** An order with an Idempotency-Key is sent until the answer is 202. An order without one is sent once. */
  readonly key: string | undefined;
  readonly atMs: number;
  /** The time from the acceptance to the cancellation; undefined for orders that are not cancelled. */
  readonly cancelAfterMs: number | undefined;
}

export const faultKinds = ["kill", "pause", "cut"] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface PlannedFault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly container: string;
  /** How long the container is dead, paused or disconnected. */
  readonly forMs: number;
}

export interface Plan {
  readonly orders: readonly PlannedOrder[];
  readonly faults: readonly PlannedFault[];
}

export interface PlanOptions {
  readonly seed: number;
  readonly orders: number;
  readonly minutes: number;
  readonly containers: readonly [string, ...string[]];
}

/** The orders and faults of a run, derived from the seed. */
export function drawPlan({ seed, orders, minutes, containers }: PlanOptions): Plan {
  const random = new Random(seed);
  const wholeMs = minutes * 60_000;
  return { orders: drawOrders(random, orders, wholeMs), faults: drawFaults(random, wholeMs, containers) };
}

function drawOrders(random: Random, count: number, wholeMs: number): PlannedOrder[] {
  return Array.from({ length: count }, (_, index): PlannedOrder => {
    const document = random.chance(0.8) ? "good" : random.pick(["long", "missing", "broken"] as const);
    return {
      titleNumber: `OW${String(10_000_000 + index)}`,
      document,
      isUpload: document !== "missing" && random.chance(0.3),
      key: random.chance(0.5) ? `chaos-${index}` : undefined,
      atMs: (index / count) * wholeMs,
      cancelAfterMs: random.chance(0.05) ? random.between(0, 2000) : undefined,
    };
  });
}

/** Faults may overlap, but a container has one at a time. */
function drawFaults(
  random: Random,
  wholeMs: number,
  containers: readonly [string, ...string[]],
): PlannedFault[] {
  const faults: PlannedFault[] = [];
  const busyUntil = new Map<string, number>();
  for (let atMs = 3000; atMs < wholeMs; atMs += random.between(2000, 6000)) {
    const container = random.pick(containers);
    const kind = random.pick(faultKinds);
    const forMs = random.between(500, 8000);
    if ((busyUntil.get(container) ?? 0) > atMs) continue;
    // A killed container needs more time to start again.
    busyUntil.set(container, atMs + forMs + 5000);
    faults.push({ atMs, kind, container, forMs });
  }
  return faults;
}
