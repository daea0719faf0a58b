import type { CapacityGuard } from "@orbital-witness/common/orders/capacity-guard.ts";
import type { RedisConnection } from "@orbital-witness/common/redis/redis-connection.ts";
import { readStack } from "@orbital-witness/common/stack/stack-reading.ts";
import { SharedAnswer } from "../sharing/shared-answer.ts";
import { askNeighbours, type Neighbours } from "./neighbours.ts";
import { stackParts } from "./stack-parts.ts";
import type { Stack } from "./stack-schemas.ts";
import { readStorage, type StorageFolders } from "./stack-storage.ts";
import { stackView } from "./stack-view.ts";

export type StackReaderOptions = StorageFolders & {
  redis: RedisConnection;
  capacity: Pick<CapacityGuard, "shortage">;
  neighbours: Neighbours;
};

/** For how long an answer is given to all operators, and neighbours are not asked again, in ms. */
const answerMs = 1000;
const neighboursMs = 5000;

/** Knows the state of the stack. Does nothing while no operator looks. */
export class StackReader {
  readonly #answer: SharedAnswer<Stack>;

  constructor({ redis, capacity, neighbours, ...folders }: StackReaderOptions) {
    const asked = new SharedAnswer(neighboursMs, () => askNeighbours(neighbours));
    this.#answer = new SharedAnswer(answerMs, async () => {
      const [reading, storage, answers] = await Promise.all([
        readStack(redis),
        readStorage(redis, folders),
        asked.get(),
      ]);
      const known = { reading, redis: storage.redis, shortage: capacity.shortage, neighbours: answers };
      return { ...stackView(reading), storage: storage.storage, parts: stackParts(known) };
    });
  }

  /** Rejects when Redis does. */
  read(): Promise<Stack> {
    return this.#answer.get();
  }
}
