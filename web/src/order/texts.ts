import type { OrderStatus } from "../api/types.ts";

export const statusText: Readonly<Record<OrderStatus, string>> = {
  queued: "Waiting",
  fetching: "Fetching",
  recognizing: "Reading",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
};

export const documentTypes = [
  "register",
  "title_plan",
  "lease",
  "transfer",
  "conveyance",
  "charge",
  "deed",
  "agreement",
] as const;

/** "title_plan" as a person writes it. */
export function typeText(type: string): string {
  const text = type.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function hasEnded(status: OrderStatus): boolean {
  return ["completed", "failed", "cancelled"].includes(status);
}

const seconds = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

/** "2.4 s", "3 min 20 s", "1 h 5 min". */
export function durationText(ms: number): string {
  if (ms < 59_950) return `${seconds.format(ms / 1000)} s`;
  const whole = Math.round(ms / 1000);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return twoUnits(minutes, "min", whole % 60, "s");
  return twoUnits(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

function twoUnits(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

const today = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const otherDay = new Intl.DateTimeFormat("en-GB", {
  ...{ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
});

/** The time of day, and the day if it is not today. */
export function timeText(at: string, now = new Date()): string {
  const date = new Date(at);
  return (date.toDateString() === now.toDateString() ? today : otherDay).format(date);
}
