import { styleText } from "node:util";
import { counted } from "../lib/counted.ts";
import { type Finding, STATES } from "./finding.ts";

type Style = Parameters<typeof styleText>[0];

const SIGNS: Readonly<Record<Finding["state"], { sign: string; style: Style }>> = {
  problem: { sign: "✗", style: "red" },
  warning: { sign: "!", style: "yellow" },
  skipped: { sign: "-", style: "dim" },
  ok: { sign: "✓", style: "green" },
};
const WIDTH = 80;

/** Problems first, then warnings; equal ones stay in the order in which they block. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return STATES.flatMap((state) => findings.filter((finding) => finding.state === state));
}

/** One paragraph for each finding, each with its fix, and a last line with the counts. */
export function reportText(findings: readonly Finding[], colours: boolean): string {
  const paint = (style: Style, text: string) =>
    colours ? styleText(style, text, { validateStream: false }) : text;
  const width = Math.max(...findings.map(({ check }) => check.length));
  const indent = " ".repeat(width + 4);
  const paragraphs = worstFirst(findings).map(({ check, state, text, fix }) => {
    const { sign, style } = SIGNS[state];
    const [first = "", ...more] = wrapped(text, WIDTH - indent.length);
    return [
      `${paint(style, sign)} ${check.padEnd(width)}  ${first}`,
      ...more.map((line) => `${indent}${line}`),
      // A command stays on one line, so that it can be copied.
      ...(fix === undefined ? [] : [`${indent}${paint("bold", `→ ${fix}`)}`]),
    ].join("\n");
  });
  return `${paragraphs.join("\n")}\n\n${summary(findings)}`;
}

export function counts(findings: readonly Finding[]): Record<Finding["state"], number> {
  const count = (state: Finding["state"]) => findings.filter((finding) => finding.state === state).length;
  return { problem: count("problem"), warning: count("warning"), skipped: count("skipped"), ok: count("ok") };
}

function summary(findings: readonly Finding[]): string {
  const { problem, warning, skipped, ok } = counts(findings);
  const parts = [
    problem === 0 ? "no problems" : counted(problem, "problem"),
    warning === 0 ? "no warnings" : counted(warning, "warning"),
    ...(skipped === 0 ? [] : [`${skipped} not checked`]),
    `${ok} ok`,
  ];
  const next = problem > 0 ? "Fix the first one first." : "`npm start` can run.";
  return `${parts.join(", ")}. ${next}`;
}

/** Lines of at most `width` columns, except for longer words. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
