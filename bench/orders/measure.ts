import { say } from "../../lib/terminal.ts";
import { commandsOfOrder, type IdleUse, idleUse, measuredLoad } from "./costs.ts";
import { placeOrders } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import type { IdleSubject, Measured, Round } from "./report.ts";
import type { Subject } from "./subject.ts";

const WARM_UP_SECONDS = 5;
const WARM_UP_CONNECTIONS = 64;

/** Rounds of the subjects alternate, so that changes of the machine's speed affect all of them. */
export async function measure(
  subjects: readonly Subject[],
  { seconds, rounds, connections, appendfsync }: BenchOptions,
): Promise<{ idle: IdleSubject[]; measured: Measured[] }> {
  for (const { name, url, body, redis } of subjects) {
    say(`Warming up: ${name}`);
    await redis.cli("config", "set", "appendfsync", appendfsync);
    await placeOrders(url, body, WARM_UP_CONNECTIONS, { duration: WARM_UP_SECONDS });
    await redis.empty();
  }
  say("Measuring without orders");
  const idle: { subject: Subject; use: IdleUse }[] = [];
  for (const subject of subjects) idle.push({ subject, use: await idleUse(subject) });
  const measured: Measured[] = [];
  for (const count of connections) {
    say(`Measuring at ${count} connections`);
    const results = idle.map((each): typeof each & { rounds: Round[] } => ({ ...each, rounds: [] }));
    for (let index = 0; index < rounds; index += 1) {
      for (const { subject, use, rounds } of results) {
        rounds.push(await measuredLoad(subject, use, count, seconds));
      }
    }
    for (const { subject, use, rounds } of results) {
      const commands = await commandsOfOrder(subject, use, count);
      measured.push({ connections: count, name: subject.name, rounds, commands });
    }
  }
  return { idle, measured };
}
