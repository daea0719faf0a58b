import { expect, test } from "vitest";
import { type Round, speedRows } from "./report.ts";

const perOrder = { router: 1, service: 1, redis: 1, diskWrites: 1 };
const commands = { sent: 1, inScripts: 0 };
const round = (perSecond: number): Round => ({ perSecond, p50: 1, p99: 2, sent: 100, perOrder });

test("a ratio is the median of the ratios of paired rounds, and empty without the other", () => {
  const measured = (["probe", "orders"] as const).map((name) => ({
    ...{ connections: 16, name, commands },
    rounds: (name === "probe" ? [100, 200, 1000] : [80, 180, 900]).map(round),
  }));
  const [, orders] = speedRows(measured);
  expect(orders).toMatchObject({ "per second": "180", "of the probe": "0.90", "of the original": "" });
});
