import { execa } from "execa";
import { ensureDocker } from "../commands/stack/engine/docker.ts";
import { setting } from "../commands/stack/project.ts";
import { Customer } from "../lib/customer.ts";
import { runCommand } from "../lib/failure.ts";
import { say } from "../lib/terminal.ts";
import { cloneId } from "../pulumi/clone-id.ts";
import { STACK, StackUnderTest } from "../tests/stack/stack-under-test.ts";
import { percentile, printTable } from "./figures.ts";
import { commandsOfIdleWorker, startDelays } from "./orders/idle-workers.ts";
import { measure } from "./orders/measure.ts";
import { MeasuredRedis } from "./orders/measured-redis.ts";
import { readOptions } from "./orders/options.ts";
import { ContainerClock } from "./orders/processor-time.ts";
import { costRows, decimal, idleRows, speedRows } from "./orders/report.ts";
import { startProbe, withProbe } from "./orders/start-probe.ts";
import type { Subject } from "./orders/subject.ts";
import { startOriginal } from "./original/original-stack.ts";

/** This document does not exist, so the worker ends such orders at once. */
const MISSING_DOCUMENT = { title_number: "OW99999999", document_type: "lease" };

/**
 * `npm run bench`: how fast orders are accepted and what one costs, compared with a minimal service and with
 * the original's stack, how soon workers start orders, and what an idle worker asks of Redis.
 */
await runCommand(async () => {
  const options = readOptions();
  await ensureDocker();
  const clock = await ContainerClock.open();
  const clone = await StackUnderTest.make({
    demoUsers: "false",
    tokenSeconds: "86400",
    ordersPerMinute: "1000000",
  });
  const name = `orbital-witness-bench-${cloneId(clone.folder)}`;
  const removals = [
    () => clone.remove(),
    () => execa("docker", ["rm", "--force", `${name}-probe`], { reject: false }),
  ];
  try {
    await clone.edit("pulumi/Caddyfile", withProbe);
    say("Starting a separate stack");
    const { url } = await clone.up();
    const customer = new Customer(url, { user: await clone.programUser() });
    const body = new URLSearchParams({ ...MISSING_DOCUMENT, token: await customer.validToken() }).toString();
    say("Placing orders one after the other, then none");
    const redis = new MeasuredRedis((await clone.container("redis")).id);
    const delays = await startDelays(customer, MISSING_DOCUMENT);
    const idleWorker = await commandsOfIdleWorker(clone, redis);

    const clockOf = async (part: string) => {
      const { id } = await clone.container(part);
      return () => clock.usedUs(id);
    };
    const ours = { router: await clockOf("router"), redis: await clockOf("redis") };
    const orders = { ...ours, service: await clockOf("order-api") };
    const probeId = await startProbe(clone, `${name}-probe`, `${url}/probe`);
    const probe = { ...ours, service: () => clock.usedUs(probeId) };
    const subjects: Subject[] = [
      { name: "probe", url: `${url}/probe`, body, redis, processorUs: probe },
      { name: "orders", url: `${url}/orders`, body, redis, processorUs: orders },
    ];
    if (options.original) {
      const [nodeImage, redisImage] = [clone.nodeImage, setting(clone.folder, STACK, "redisImage")];
      const original = await startOriginal({ name, nodeImage, redisImage, order: MISSING_DOCUMENT, clock });
      if (original) {
        removals.push(original.remove);
        subjects.push(original.subject);
      }
    }
    // Workers are stopped, because only accepting is measured. They would use more of the cores for one
    // subject than for the others.
    const workers = await clone.containers("ocr-worker");
    await execa("docker", ["stop", ...workers.map((worker) => worker.id)]);
    const { idle, measured } = await measure(subjects, options);

    console.log(`\nMedians of ${options.rounds} rounds of ${options.seconds} s, through the router\n`);
    printTable(speedRows(measured));
    console.log(`\nWhat one order costs, appendfsync ${options.appendfsync}\n`);
    printTable(costRows(measured));
    console.log("\nWithout orders and workers, per second; already subtracted above\n");
    printTable(idleRows(idle));
    console.log(`\nFrom 202 to the worker's start, ${delays.length} orders, workers idle\n`);
    printTable([{ "p50 ms": decimal(percentile(delays, 50)), "p99 ms": decimal(percentile(delays, 99)) }]);
    const named = idleWorker.byName.map(([command, perSecond]) => `${command} ${perSecond.toFixed(2)}`);
    console.log(
      `\nAn idle worker sends ${idleWorker.perSecond.toFixed(2)} commands per second: ${named.join(", ")}`,
    );
  } finally {
    for (const remove of removals.reverse()) await remove();
  }
});
process.exit();
