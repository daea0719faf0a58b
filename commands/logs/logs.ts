import { setTimeout as pause } from "node:timers/promises";
import { Failure, runCommand } from "../../lib/failure.ts";
import { say } from "../../lib/terminal.ts";
import { formatLine } from "../../pulumi/health/log-format.ts";
import { type Level, type LogLine, levels } from "../../pulumi/health/log-line.ts";
import { readArguments } from "../lib/options.ts";
import { StackContainers } from "../stack/engine/containers.ts";
import { requireDocker } from "../stack/engine/docker.ts";
import { projectFolder } from "../stack/project.ts";
import { type LogSource, logSources, readLogs, startedSources } from "./container-logs.ts";
import { LinesInOrder } from "./in-order.ts";
import { LineChooser } from "./log-filter.ts";

const USAGE = `npm run logs -- [SERVICE] [--order ID] [--since TIME] [--level LEVEL] [--no-follow]
  SERVICE        router, auth-api, order-api, ocr-worker, ocr-worker-1, redis
  --order ID     one order, from the router to the worker, with the time between its steps
  --since TIME   10m, 2h, or a time such as 2026-11-27T14:05:00Z; 10m without it, and everything with --order
  --level LEVEL  ${levels.join(", ")}; info without it. debug adds the router's own health
                 checks and, for an order, the requests that read it
  --no-follow    ends after the lines that are there
  --stack NAME   another stack than local`;

/** The first lines come from all containers at once. They are put in order before the first is shown. */
const quietMs = 300;
/** A busy stack is never quiet. */
const longestWaitMs = 3000;
const flushMs = 100;

process.once("SIGINT", () => process.exit(130));
// Whoever reads the output may stop, such as `head`.
process.stdout.once("error", () => process.exit());

const OPTIONS = {
  order: { type: "string" },
  since: { type: "string" },
  level: { type: "string", default: "info" },
  follow: { type: "boolean", default: true },
  stack: { type: "string", default: "local" },
} as const;

/** `npm run logs`: the logs of all containers of a stack in one view, also of those that start later. */
await runCommand(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) return console.log(USAGE);
  const { service, order, since, level, follow, stack } = options;
  await requireDocker();
  const containers = new StackContainers(projectFolder, stack);
  const sources = await logSources(containers);
  const known = sources.flatMap(({ source }) => [source, source.replace(/-\d+$/, "")]);
  if (service !== undefined && !known.includes(service)) {
    throw new Failure(
      `The stack has no service '${service}'.`,
      `It has ${[...new Set(known)].sort().join(", ")}.`,
    );
  }
  const chooser = new LineChooser({ service, orderId: order, level });
  const colours = process.stdout.isTTY && !process.env.NO_COLOR;
  let last: number | undefined;
  let traceId: string | undefined;
  const lines = new LinesInOrder((line) => {
    if (!chooser.wants(line)) return;
    const gap = order === undefined ? {} : { since: last ?? line.at };
    console.log(formatLine(line, { colours, hidesOrder: order !== undefined, ...gap }));
    last = line.at;
    if (order === undefined || line.traceId === undefined || line.traceId === traceId) return;
    traceId = line.traceId;
    say(`The trace is ${traceId}`);
  });
  let heardAt = Date.now();
  const hear = async (generator: AsyncGenerator<LogLine>) => {
    for await (const line of generator) {
      heardAt = Date.now();
      chooser.learn(line);
      lines.add(line);
    }
  };
  if (!follow) {
    await Promise.all(sources.map((source) => hear(readLogs(source, since, false))));
    lines.flush(true);
    if (last === undefined) say("No line matches.");
    return;
  }
  const fault = Promise.withResolvers<never>();
  const listen = (source: LogSource, from: string) => {
    hear(readLogs(source, from, true)).then(() => say(`${source.source} stopped`), fault.reject);
  };
  const listenToOthers = async () => {
    for await (const source of startedSources(containers.labels)) {
      say(`${source.source} started`);
      listen(source, source.startedAt);
    }
  };
  for (const source of sources) listen(source, since);
  listenToOthers().catch(fault.reject);
  const rest = () => Promise.race([fault.promise, pause(flushMs)]);
  const showsAt = Date.now() + longestWaitMs;
  while (Date.now() - heardAt < quietMs && Date.now() < showsAt) await rest();
  for (;;) {
    lines.flush();
    await rest();
  }
});
process.exit();

type LogOptions = {
  service: string | undefined;
  order: string | undefined;
  since: string;
  level: Level;
  follow: boolean;
  stack: string;
};

/** Undefined if help was asked for. @throws Failure for a wrong option */
function readOptions(args: readonly string[]): LogOptions | undefined {
  if (args.some((arg) => arg === "--help" || arg === "-h")) return undefined;
  const { values, positionals } = readArguments(OPTIONS, USAGE, args);
  const { order, level: name, follow, stack } = values;
  const level = levels.find((each) => each === name);
  if (level === undefined) throw new Failure(`There is no level '${name}'.`, USAGE);
  if (positionals.length > 1) throw new Failure("Name one service, or none for all.", USAGE);
  if (order !== undefined && !/^[0-9a-f-]{36}$/.test(order)) {
    throw new Failure(
      `'${order}' is not the id of an order.`,
      "It is the order_id in the answer to POST /orders.",
    );
  }
  const since = values.since ?? (order === undefined ? "10m" : "8760h");
  if (!/^(\d+[smh])+$|^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/.test(since)) {
    throw new Failure(`'${since}' is not a time.`, USAGE);
  }
  return { service: positionals[0], order, since, level, follow, stack };
}
