import { styleText } from "node:util";
import type { Level, LogLine } from "./log-line.ts";

const sourceWidth = 12;
const levelColours: Partial<Record<Level, Parameters<typeof styleText>[0]>> = {
  ...{ trace: "gray", debug: "gray", warn: "yellow", error: "red", fatal: "red" },
};

export type LineFormat = {
  colours: boolean;
  /** Shows the time since the line before. */
  since?: number | undefined;
  /** Leaves the order's id out, because all lines have the same. */
  hidesOrder: boolean;
};

/** "14:05:10.123 order-api    info  order accepted  title_number=OW1 order=1d0b8531", in local time. */
export function formatLine(line: LogLine, { colours, since, hidesOrder }: LineFormat): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colours ? styleText(style, text, { validateStream: false }) : text;
  const { level, text, details, orderIds } = line;
  const isLoud = level !== "info" && level !== "debug" && level !== "trace";
  const notes = Object.entries(details).map(([name, value]) => `${name}=${plainValue(value)}`);
  if (!hidesOrder) notes.push(...orderIds.map((id) => `order=${id}`));
  const parts = [
    paint("gray", timeText(line.at)),
    ...(since === undefined ? [] : [paint("gray", gapText(line.at - since))]),
    paint(sourceColour(line.source), line.source.padEnd(sourceWidth)),
    paint(levelColours[level] ?? "reset", level.padEnd(5)),
    isLoud ? paint(levelColours[level] ?? "reset", printable(text)) : printable(text),
    ...(notes.length > 0 ? [paint("gray", printable(notes.join(" ")))] : []),
  ];
  return parts.join(" ");
}

function timeText(at: number): string {
  const date = new Date(at);
  return `${date.toLocaleTimeString("en-GB")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** "+12 ms", "+3.4 s", in ten columns. */
function gapText(ms: number): string {
  return (ms < 1000 ? `+${Math.max(0, ms)} ms` : `+${(ms / 1000).toFixed(1)} s`).padStart(10);
}

function plainValue(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[^\s"]+$/.test(text) ? text : JSON.stringify(text);
}

function sourceColour(source: string): Parameters<typeof styleText>[0] {
  if (source.startsWith("ocr-worker")) return "magenta";
  if (source.startsWith("redis")) return "yellow";
  return source === "router" ? "blue" : "cyan";
}

/** A log line must not control the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "�");
}
