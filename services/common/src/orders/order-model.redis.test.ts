import fc from "fast-check";
import { expect, test } from "vitest";
import { compare } from "../../../../tests/redis/order-model/compare.ts";
import { customerSteps } from "../../../../tests/redis/order-model/customer-steps.ts";
import { queueSteps } from "../../../../tests/redis/order-model/queue-steps.ts";
import { workerSteps } from "../../../../tests/redis/order-model/worker-steps.ts";
import { Choices, newWorld, type Step, type World } from "../../../../tests/redis/order-model/world.ts";
import { orderServices } from "../../../../tests/redis/redis-database.ts";
import { OrderAttempts } from "./queue/order-attempts.ts";
import { OrderQueue } from "./queue/order-queue.ts";

/**
 * Random sequences of steps run against the real queue and against a second, minimal implementation of its
 * rules. After each step, everything that Redis holds must equal the model.
 */

const { redis, ofWorker, store, archive, results } = orderServices();
const leaseMs = 3_600_000;
const services = {
  ...{ redis, store, archive, results, leaseMs },
  // Steps wait only when they are woken at once, so that they need no connection of their own.
  queue: new OrderQueue(ofWorker, ofWorker, leaseMs),
  attempts: new OrderAttempts(ofWorker, leaseMs),
};

const steps: Record<string, Step> = { ...customerSteps, ...queueSteps, ...workerSteps };

/** How often each step is tried. Orders must live long enough to reach the limits of their failures. */
const frequencies: Record<
  keyof typeof customerSteps | keyof typeof queueSteps | keyof typeof workerSteps,
  number
> = {
  ...{ accept: 6, cancel: 1, retry: 2, revoke: 1, expire: 3 },
  ...{ take: 30, idle: 1, lateClaim: 2, collectHeld: 1, wait: 2, lose: 8, wane: 1, comeDue: 12 },
  ...{ away: 1, postpone: 1, absent: 1, archiveAny: 2, archiveDue: 1 },
  ...{ work: 16, lateWork: 3, endPage: 8, releasePage: 8, lateEndPage: 2, lateReleasePage: 2, hold: 3 },
};

class PlayedStep implements fc.AsyncCommand<World, undefined> {
  readonly #name: string;
  readonly #choice: number;

  constructor(name: string, choice: number) {
    this.#name = name;
    this.#choice = choice;
  }

  check(world: Readonly<World>): boolean {
    return steps[this.#name]?.can?.(world) ?? true;
  }

  async run(world: World): Promise<void> {
    await steps[this.#name]?.play(world, new Choices(this.#choice));
    await compare(world);
  }

  toString(): string {
    return `${this.#name}(${this.#choice})`;
  }
}

const choice = fc.nat();
const commands = Object.entries(frequencies).flatMap(([name, times]) =>
  Array<fc.Arbitrary<PlayedStep>>(times).fill(choice.map((number) => new PlayedStep(name, number))),
);

test("after any sequence of steps Redis holds what the rules say", { timeout: 120_000 }, async () => {
  expect(Object.keys(frequencies).sort()).toEqual(Object.keys(steps).sort());
  const sequences = fc.commands(commands, { maxCommands: 300, size: "max" });
  const property = fc.asyncProperty(sequences, async (sequence) => {
    await redis.flushDb();
    await fc.asyncModelRun(() => ({ model: newWorld(services), real: undefined }), sequence);
  });
  // Shrinking a failed sequence stops early enough to print it with its seed.
  await fc.assert(property, { numRuns: 100, interruptAfterTimeLimit: 90_000 });
});
