import { type ContainerState, isWell } from "../../pulumi/health/container-state.ts";
import { stateText } from "../../pulumi/health/explanation.ts";
import { waitsFor } from "../../pulumi/health/waits-for.ts";
import { inColumns } from "../lib/columns.ts";
import { counted } from "../lib/counted.ts";
import type { PublicHost } from "../lib/served-certificate.ts";
import type { StackState } from "./stack-state.ts";

export type Status = {
  stack: string;
  url: string | undefined;
  containers: readonly ContainerState[];
  /** Undefined without HTTPS. */
  publicHost: PublicHost | undefined;
  /** Why the state of the stack is unknown, or the state. */
  state: StackState | { unknown: string };
  now: number;
};

/** The stack on one screen: its parts, the queue, the workers, and what failed lately. */
export function statusText({ stack, url, containers, publicHost, state, now }: Status): string {
  const known = "unknown" in state ? undefined : state;
  const parts = containers.map((container) => [
    container.source,
    stateText(container),
    isWell(container)
      ? httpsText(container, publicHost, now) ||
        (known && (waitOf(container, known) || workText(container, known, now))) ||
        ""
      : `waits for ${waitsFor(container)}`,
  ]);
  const sections = [
    `Stack ${stack}${url === undefined ? "" : ` at ${url}`}`,
    table(parts),
    known ? numbers(known) : `What the stack does is unknown: ${"unknown" in state ? state.unknown : ""}`,
  ];
  return sections.join("\n\n");
}

/** Whether the containers run, no part waits for something, and clients can use HTTPS if it is set. */
export function isHealthy({ containers, publicHost, state, now }: Omit<Status, "stack" | "url">): boolean {
  if (publicHost && !hasValidCertificate(publicHost, now)) return false;
  return containers.every(isWell) && !("unknown" in state) && state.parts.every(({ healthy }) => healthy);
}

export function hasValidCertificate({ certificate }: PublicHost, now: number): boolean {
  return certificate !== null && now < Date.parse(certificate.valid_until);
}

function httpsText({ source }: ContainerState, publicHost: PublicHost | undefined, now: number): string {
  if (source !== "router" || publicHost === undefined) return "";
  const { name, certificate } = publicHost;
  if (certificate === null) return `waits for a certificate for ${name}`;
  const date = certificate.valid_until.slice(0, 10);
  const isValid = hasValidCertificate(publicHost, now);
  return `certificate by ${certificate.issuer}, ${isValid ? "valid until" : "expired on"} ${date}`;
}

/** Parts of the API are containers, except for the document source and the workers as a whole. */
function waitOf({ source }: ContainerState, { parts }: StackState): string {
  const part = parts.find(({ name }) => name === source);
  return part?.waits_for ? `waits for ${part.waits_for}` : "";
}

function workText({ source }: ContainerState, { workers }: StackState, now: number): string {
  const worker = workers.find(({ name }) => name === source);
  if (!worker) return "";
  const { state, order_id, page, since, pages_per_minute, memory_bytes } = worker;
  const seconds = since === null ? 0 : Math.max(0, (now - Date.parse(since)) / 1000);
  const doing = {
    idle: "idle",
    gone: `not seen since ${worker.last_seen_at}`,
    reading: `reads ${page === null ? "" : `page ${page} of `}order ${order_id} for ${duration(seconds)}`,
  };
  return [
    doing[state],
    ...(pages_per_minute === null ? [] : [`${round(pages_per_minute)} pages/min`]),
    ...(memory_bytes === null ? [] : [bytes(memory_bytes)]),
  ].join(", ");
}

function numbers({ queue, minutes, failures, page_ms, storage, parts }: StackState): string {
  const pages = minutes.reduce((sum, minute) => sum + minute.pages, 0);
  const { redis, results } = storage;
  const oldest = queue.oldest_seconds === null ? "" : `, the oldest for ${duration(queue.oldest_seconds)}`;
  const time =
    page_ms && `, ${round(page_ms.mean / 1000)} s per page (95% within ${round(page_ms.p95 / 1000)} s)`;
  const source = parts.find(({ name }) => name === "documents");
  const rows = [
    ["Queue", `${queue.waiting} waiting${oldest}; ${queue.running} running; ${queue.delayed} in a pause`],
    ["Last 15 min", `${counted(pages, "page")}${time ?? ""}`],
    [
      "Failures",
      failures.map(({ code, count }) => `${count} ${code}`).join(", ") || "none in the last 15 min",
    ],
    [
      "Room",
      `${bytes(results.free_bytes)} for results; ` +
        `Redis uses ${bytes(redis.used_bytes)}${ofMost(redis.max_bytes)}`,
    ],
    ...(source && !source.healthy
      ? [["Documents", `the source does not answer${source.waits_for ? `: ${source.waits_for}` : ""}`]]
      : []),
  ];
  return table(rows);
}

const ofMost = (most: number | null) => (most === null ? "" : ` of ${bytes(most)}`);

function table(rows: readonly (readonly string[])[]): string {
  return inColumns(rows)
    .map((line) => `  ${line}`)
    .join("\n");
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function duration(seconds: number): string {
  if (seconds < 60) return `${round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function bytes(count: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  return `${round(count / 1024 ** power)} ${units[power]}`;
}
