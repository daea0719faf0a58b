import { performance } from "node:perf_hooks";
import { Counter, Gauge } from "prom-client";
import type { Metrics } from "./metrics.ts";

/**
 * What Prometheus's client libraries export of their process, under the names that all of them use.
 * `collectDefaultMetrics` of prom-client is not used, because its timer would wake an idle service 100 times
 * per second.
 */
export function addProcessMetrics(metrics: Metrics): void {
  const registers = [metrics.registry];
  const started = new Gauge({
    name: "process_start_time_seconds",
    help: "When the process started, in seconds since the epoch",
    registers,
  });
  const cpu = new Counter({
    name: "process_cpu_seconds_total",
    help: "Processor time of the process",
    registers,
  });
  const resident = new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process",
    registers,
  });
  const heap = new Gauge({
    name: "nodejs_heap_size_used_bytes",
    help: "Used part of the heap of JavaScript",
    registers,
  });
  const busy = new Counter({
    name: "nodejs_eventloop_busy_seconds_total",
    help: "Time for which the event loop had something to do",
    registers,
  });
  started.set(Math.round(performance.timeOrigin / 1000));
  metrics.beforeAnswer(() => {
    const { user, system } = process.cpuUsage();
    setTotal(cpu, (user + system) / 1e6);
    setTotal(busy, performance.eventLoopUtilization().active / 1000);
    const { rss, heapUsed } = process.memoryUsage();
    resident.set(rss);
    heap.set(heapUsed);
  });
}

/** Sets a counter to what something else has counted. */
function setTotal(counter: Counter, total: number): void {
  counter.reset();
  counter.inc(total);
}
