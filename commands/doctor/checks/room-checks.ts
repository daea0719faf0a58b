import { counted } from "../../lib/counted.ts";
import type { EngineFacts } from "../facts/engine-facts.ts";
import type { RoomFacts } from "../facts/room-facts.ts";
import type { SettingsFacts } from "../facts/settings-facts.ts";
import { type Finding, mebibytes, ok, problem, setSetting, size, warning } from "../finding.ts";
import { productOf } from "./engine-product.ts";

/** In MiB. */
export const needs = {
  /** Of a worker in the fifth hundred pages of a document, see docs/figures.md. */
  workerMemory: 611,
  /** Of all other containers while nothing is ordered, as `docker stats` shows it. */
  otherMemory: 256,
  /** With less free space the Order API refuses orders. */
  reserve: 128,
  /** The images of a first start, with the layers of their builds. */
  firstStart: 2048,
  /** The most that Docker keeps of the log of a container. */
  log: 30,
};
/** Containers beside the workers. */
const OTHER_CONTAINERS = 5;
const MOST_CLOCK_SECONDS = 5;

/** Memory and disk for the set number of workers, the clock, and files that the router cannot read. */
export function roomChecks(
  engine: EngineFacts,
  room: RoomFacts,
  settings: SettingsFacts,
  stack: string,
): Finding[] {
  const workers = settings.settings?.ocrWorkers;
  return [
    ...(workers === undefined ? [] : [...memoryChecks(engine, workers, stack), ...diskChecks(room, workers)]),
    ...clockChecks(engine),
    ...documentChecks(room, settings),
  ];
}

function memoryChecks({ info, endpoint }: EngineFacts, workers: number, stack: string): Finding[] {
  if (info === undefined) return [];
  const check = "memory";
  const total = mebibytes(info.MemTotal);
  const needed = needs.otherMemory + workers * needs.workerMemory;
  const fitting = Math.floor((total - needs.otherMemory) / needs.workerMemory);
  const has = `The engine has ${size(total)} of memory`;
  const wanted = counted(workers, "worker");
  if (fitting < 1) {
    const { name } = productOf(endpoint);
    const enlarge =
      name === "Colima" ? "colima stop && colima start --memory 4" : "Give the engine's machine more memory.";
    const least = size(needs.otherMemory + needs.workerMemory);
    return [problem(check, `${has}. Even one worker, with the other parts, needs ${least}.`, enlarge)];
  }
  if (fitting < workers) {
    const text = `${has}, but ${wanted} may need ${size(needed)}: some would be killed.`;
    return [warning(check, text, setSetting("ocrWorkers", fitting, stack))];
  }
  if (!info.MemoryLimit) {
    const text = "The engine cannot limit the memory of containers: one document could take all of it.";
    return [
      warning(
        check,
        text,
        "https://docs.docker.com/engine/install/linux-postinstall/ (kernel: memory cgroup)",
      ),
    ];
  }
  return [ok(check, `${size(total)} for ${wanted} and the other parts, which need up to ${size(needed)}.`)];
}

function diskChecks({ engineDisk, hasImages }: RoomFacts, workers: number): Finding[] {
  if (engineDisk === undefined) return [];
  const free = mebibytes(engineDisk);
  const least = needs.reserve + (hasImages ? 0 : needs.firstStart);
  const comfortable = least + needs.reserve + needs.log * (OTHER_CONTAINERS + workers);
  const why = hasImages ? "With less, new orders are refused" : "The first start builds the images";
  const has = `The engine's disk has ${size(free)} left`;
  const fix = "docker system df   # `docker builder prune` frees the cache of builds";
  if (free < least) return [problem("disk", `${has}, but ${size(least)} are needed. ${why}.`, fix)];
  if (free < comfortable) {
    const text = `${has}. The logs of all containers, and the results, may need more than that.`;
    return [warning("disk", text, fix)];
  }
  return [ok("disk", `${size(free)} left for images, results and logs.`)];
}

function clockChecks({ clockAheadMs, endpoint }: EngineFacts): Finding[] {
  if (clockAheadMs === undefined) return [];
  const seconds = Math.abs(clockAheadMs) / 1000;
  if (seconds <= MOST_CLOCK_SECONDS) return [ok("clock", "The engine's clock agrees with this machine's.")];
  const side = clockAheadMs > 0 ? "ahead of" : "behind";
  const text =
    `The engine's clock is ${Math.round(seconds)} s ${side} this machine's: ` +
    "times on the page, `--since` of the logs and tokens of another issuer are wrong by as much.";
  return [
    warning("clock", text, `${productOf(endpoint).restart}   # or set the clock of the engine's machine`),
  ];
}

function documentChecks({ unreadable }: RoomFacts, { settings }: SettingsFacts): Finding[] {
  const [first] = unreadable;
  if (first === undefined || settings?.documentsFolder === undefined) return [];
  const more = unreadable.length === 1 ? "" : ` and ${counted(unreadable.length - 1, "other")}`;
  const name = first === "" ? "the folder itself" : first;
  const text = `The router may not read ${name}${more} in ${settings.documentsFolder}: such orders fail.`;
  return [warning("documents", text, `chmod -R a+rX '${settings.documentsFolder}'`)];
}
