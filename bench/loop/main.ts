import { parseArgs } from "node:util";
import { execa } from "execa";
import { ensureDocker } from "../../commands/stack/engine/docker.ts";
import { runCommand } from "../../lib/failure.ts";
import { positiveOption } from "../../lib/positive-option.ts";
import { say } from "../../lib/terminal.ts";
import { DevRun } from "../../tests/stack/dev-run.ts";
import { StackUnderTest } from "../../tests/stack/stack-under-test.ts";
import { median, percentile, printTable } from "../figures.ts";
import { type Change, changes, untilSeen } from "./changes.ts";
import { ComposeWatch, hasComposeWatch } from "./compose-watch.ts";

const { values: options } = parseArgs({
  options: {
    /** The number of saves for each service in dev mode, and under Compose. */
    saves: { type: "string", default: "20" },
    /** The number of updates for each service. */
    updates: { type: "string", default: "5" },
  },
});

type Times = { service: string; by: string; ms: number[] };

let lastChange = 0;

/**
 * `npm run bench:loop`: the time from saving a file until the first answer of the new code, for each service:
 * in dev mode, by an update, and for the Auth API under `docker compose watch` if there is Compose.
 */
await runCommand(async () => {
  const saves = positiveOption("saves", options.saves);
  const updates = positiveOption("updates", options.updates);
  await ensureDocker();
  const clone = await StackUnderTest.make({ tokenSeconds: "86400", ordersPerMinute: "1000000" });
  const times: Times[] = [];
  try {
    times.push(...(await inDevMode(clone, saves)));
    if (await hasComposeWatch()) times.push(await underCompose(clone, saves));
    else say("There is no docker compose, so nothing is compared with its watch mode");
    times.push(...(await byUpdates(clone, updates)));
  } finally {
    await clone.remove();
  }
  console.log("\nFrom saving to the first answer of the new code\n");
  printTable(times.map(row));
});
process.exit();

async function inDevMode(clone: StackUnderTest, saves: number): Promise<Times[]> {
  say("Starting a separate stack in dev mode");
  const dev = await DevRun.start(clone);
  try {
    const times: Times[] = [];
    for (const change of changes) {
      say(`Saving ${change.service} ${saves} times`);
      times.push({
        service: change.service,
        by: "dev mode",
        ms: await saved(change, clone, `${dev.url}${change.prefix}`, saves),
      });
    }
    return times;
  } finally {
    await dev.end();
  }
}

async function underCompose(clone: StackUnderTest, saves: number): Promise<Times> {
  const [change] = changes;
  if (change === undefined) throw new Error("there is no change");
  say(`Saving ${change.service} ${saves} times under docker compose watch`);
  const { id } = await clone.container(change.service);
  const { stdout } = await execa("docker", ["inspect", "--format", "{{json .Config.Env}}", id]);
  const variables: string[] = JSON.parse(stdout).filter((each: string) => !each.startsWith("PATH="));
  const compose = await ComposeWatch.start({ folder: clone.folder, nodeImage: clone.nodeImage, variables });
  try {
    const ms = await saved(change, clone, compose.url, saves);
    return { service: change.service, by: "`docker compose watch`", ms };
  } finally {
    await compose.remove();
  }
}

/** The times of saves, one after the other. */
async function saved(
  change: Change,
  { folder }: StackUnderTest,
  base: string,
  saves: number,
): Promise<number[]> {
  const ms: number[] = [];
  for (let save = 0; save < saves; save += 1) {
    const number = ++lastChange;
    const startedAt = performance.now();
    await change.save(folder, number);
    await untilSeen(change, base, number);
    ms.push(performance.now() - startedAt);
  }
  return ms;
}

async function byUpdates(clone: StackUnderTest, updates: number): Promise<Times[]> {
  // Goes back from dev mode.
  const { url } = await clone.up();
  const times: Times[] = [];
  for (const change of changes) {
    say(`Updating ${change.service} ${updates} times`);
    const ms: number[] = [];
    for (let update = 0; update < updates; update += 1) {
      const number = ++lastChange;
      const startedAt = performance.now();
      await change.save(clone.folder, number);
      await clone.stack.up({ quiet: true });
      await untilSeen(change, `${url}${change.prefix}`, number);
      ms.push(performance.now() - startedAt);
    }
    const engine = clone.stack.cli.kind === "pulumi" ? "Pulumi" : "the stand-in";
    times.push({ service: change.service, by: `\`up\` by ${engine}`, ms });
  }
  return times;
}

function row({ service, by, ms }: Times) {
  const text = (time: number) => `${(time / 1000).toFixed(2)} s`;
  return { service, by, saves: `${ms.length}`, p50: text(median(ms)), p99: text(percentile(ms, 99)) };
}
