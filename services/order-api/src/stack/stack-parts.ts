import type { Shortage } from "@orbital-witness/common/orders/capacity-guard.ts";
import type { StackReading } from "@orbital-witness/common/stack/stack-reading.ts";
import type { StackPart } from "./stack-schemas.ts";
import type { StorageReading } from "./stack-storage.ts";
import { isPresent } from "./stack-view.ts";

/** For how long the last use of the document source tells its state, in ms. */
const sourceMs = 900_000;

const roomTexts: Readonly<Record<string, string>> = {
  redis_memory: "room in Redis' memory",
  redis_disk: "room on Redis' disk",
  results_disk: "room on the disk of the results",
} satisfies Record<Shortage["of"], string>;

const roomText = (of: string) => roomTexts[of] ?? "room for results";

export type PartsKnown = {
  reading: StackReading;
  redis: StorageReading["redis"];
  /** The storage without room, because of which the Order API refuses orders. */
  shortage: Shortage | undefined;
  /** The parts that the Order API can ask. */
  neighbours: readonly StackPart[];
};

/** The parts whose state is known. */
export function stackParts({ reading, redis, shortage, neighbours }: PartsKnown): StackPart[] {
  return [
    part("order-api", shortage && roomText(shortage.of)),
    ...neighbours,
    part("redis", redis.loads ? "its data, which is being loaded" : redis.writes ? undefined : "its disk"),
    ...documentsPart(reading),
    workersPart(reading),
  ];
}

function part(name: StackPart["name"], waitsFor: string | undefined): StackPart {
  return { name, healthy: waitsFor === undefined, waits_for: waitsFor ?? null };
}

/** The source is healthy if it answered the worker that needed it last. */
function documentsPart({ nowMs, workers }: StackReading): StackPart[] {
  const uses = workers.flatMap(({ report }) => report?.source ?? []);
  const last = uses.toSorted((a, b) => b.at_ms - a.at_ms)[0];
  if (!last || nowMs - last.at_ms > sourceMs) return [];
  return [{ name: "documents", healthy: last.answers, waits_for: null }];
}

function workersPart({ nowMs, workers }: StackReading): StackPart {
  const present = workers.filter((worker) => isPresent(worker, nowMs));
  if (present.length === 0) return part("workers", "a worker to start");
  const waiting = present.flatMap(({ report }) => report?.waits_for ?? []);
  return part("workers", waiting[0] === undefined ? undefined : roomText(waiting[0]));
}
