import { median } from "../figures.ts";
import type { Commands, IdleUse, measuredLoad } from "./costs.ts";
import type { Subject } from "./subject.ts";

export type Round = Awaited<ReturnType<typeof measuredLoad>>;
export type IdleSubject = { subject: Subject; use: IdleUse };
type Row = Record<string, string>;

/** What was measured of one subject at one number of connections. */
export type Measured = { connections: number; name: Subject["name"]; rounds: Round[]; commands: Commands };

/** One row per number of connections and subject: how fast orders were accepted. Medians of the rounds. */
export function speedRows(measured: readonly Measured[]): Row[] {
  return measured.map(({ connections, name, rounds }) => {
    const rate = medianOf(rounds, ({ perSecond }) => perSecond);
    // Rounds of the same index ran one after the other, at about the same speed of the machine.
    const ratioTo = (other: Subject["name"]) => {
      const its = measured.find((each) => each.name === other && each.connections === connections);
      return median(
        rounds.map(({ perSecond }, index) => perSecond / (its?.rounds[index]?.perSecond ?? Number.NaN)),
      );
    };
    return {
      connections: String(connections),
      what: name,
      "per second": rate.toFixed(0),
      "p50 ms": decimal(medianOf(rounds, ({ p50 }) => p50)),
      "p99 ms": decimal(medianOf(rounds, ({ p99 }) => p99)),
      "of the probe": ratio(ratioTo("probe")),
      "of the original": ratio(ratioTo("original")),
    };
  });
}

/** The same for what one order costs. */
export function costRows(measured: readonly Measured[]): Row[] {
  return measured.map(({ connections, name, rounds, commands }) => {
    const cost = (part: keyof Round["perOrder"]) => medianOf(rounds, ({ perOrder }) => perOrder[part]);
    return {
      connections: String(connections),
      what: name,
      "router µs": cost("router").toFixed(0),
      "service µs": cost("service").toFixed(0),
      "Redis µs": cost("redis").toFixed(0),
      "commands sent": decimal(commands.sent),
      "in scripts": decimal(commands.inScripts),
      "writes to disk": cost("diskWrites").toFixed(2),
    };
  });
}

/** What the stacks used without orders, per second. */
export function idleRows(idle: readonly IdleSubject[]): Row[] {
  return idle.map(({ subject, use }) => ({
    what: subject.name,
    "router µs": use.router.toFixed(0),
    "service µs": use.service.toFixed(0),
    "Redis µs": use.redis.toFixed(0),
    "commands sent": decimal(use.sent),
    "in scripts": decimal(use.inScripts),
    "writes to disk": use.diskWrites.toFixed(2),
  }));
}

export function decimal(figure: number): string {
  return figure.toFixed(1);
}

function ratio(figure: number): string {
  return Number.isNaN(figure) ? "" : figure.toFixed(2);
}

function medianOf(rounds: readonly Round[], figureOf: (round: Round) => number): number {
  return median(rounds.map(figureOf));
}
