import { Metrics } from "@orbital-witness/common/metrics/metrics.ts";
import { expect, test } from "vitest";
import { failureCodeSchema } from "../failure.ts";
import { addMemoryMetric, WorkMetrics } from "./work-metrics.ts";
import { WorkTally } from "./work-tally.ts";

function started() {
  const metrics = new Metrics();
  const tally = new WorkTally(new WorkMetrics(metrics));
  const lines = async (start: string) =>
    (await metrics.text()).split("\n").filter((line) => line.startsWith(`orbital_${start}`));
  return { tally, lines };
}

test("every reason, step and kind of takeover is there from the start, as 0", async () => {
  const { lines } = started();
  const failures = await lines("failed_attempts_total");
  expect(failures).toHaveLength(failureCodeSchema.options.length);
  expect(failures).toContain('orbital_failed_attempts_total{reason="page_damaged"} 0');
  expect(await lines("takeovers_total")).toEqual([
    'orbital_takeovers_total{of="order"} 0',
    'orbital_takeovers_total{of="page"} 0',
  ]);
  expect(await lines("page_step_duration_seconds_count")).toHaveLength(6);
  expect(await lines("document_step_duration_seconds_count")).toHaveLength(3);
});

test("a page counts with its steps in seconds and its confidence from 0 to 1", async () => {
  const { tally, lines } = started();
  tally.pageRead(900, { steps: { open: 20, recognise: 800 }, confidence: 87.5 });
  tally.pageRead(100, { steps: { draw: 90 }, confidence: null });
  expect(await lines("page_duration_seconds_sum")).toEqual(["orbital_page_duration_seconds_sum 1"]);
  expect(await lines("page_duration_seconds_count")).toEqual(["orbital_page_duration_seconds_count 2"]);
  expect(await lines('page_step_duration_seconds_sum{step="recognise"}')).toEqual([
    'orbital_page_step_duration_seconds_sum{step="recognise"} 0.8',
  ]);
  expect(await lines("page_confidence_ratio_sum")).toEqual(["orbital_page_confidence_ratio_sum 0.875"]);
  expect(await lines("page_confidence_ratio_count")).toEqual(["orbital_page_confidence_ratio_count 1"]);
});

test("a takeover is a failed attempt too", async () => {
  const { tally, lines } = started();
  tally.takenOver("page");
  tally.orderEnded();
  expect(await lines('takeovers_total{of="page"}')).toEqual(['orbital_takeovers_total{of="page"} 1']);
  expect(await lines('failed_attempts_total{reason="worker_lost"}')).toEqual([
    'orbital_failed_attempts_total{reason="worker_lost"} 1',
  ]);
  expect(await lines("orders_ended_total")).toEqual(["orbital_orders_ended_total 1"]);
  expect(tally.take()).toMatchObject({ orders: 1, failures: new Map([["worker_lost", 1]]) });
});

test("a step of a document that fails is not timed", async () => {
  const { tally, lines } = started();
  expect(await tally.timed("fetch", async () => "document")).toBe("document");
  await expect(tally.timed("fetch", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await lines('document_step_duration_seconds_count{step="fetch"}')).toEqual([
    'orbital_document_step_duration_seconds_count{step="fetch"} 1',
  ]);
});

test("the memory is that of the processes, and 0 if it is unknown", async () => {
  for (const [bytes, shown] of [
    [300e6, 300e6],
    [undefined, 0],
  ]) {
    const metrics = new Metrics();
    addMemoryMetric(metrics, async () => bytes);
    expect(await metrics.text()).toContain(`\norbital_worker_memory_bytes ${shown}\n`);
  }
});
