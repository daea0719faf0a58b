import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { Failure } from "./failure.ts";

/** Prints a line of progress to standard error; standard output is for results. */
export function say(line: string): void {
  console.error(`• ${line}`);
}

/** Asks for a value without showing what is typed. Works in a terminal only. Throws a Failure for Ctrl+C. */
export async function askSecret(question: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: unseen, terminal: true });
  // The terminal shows what is typed until readline has changed its mode, so the question comes after that.
  process.stderr.write(`? ${question} `);
  try {
    return await prompt.question("");
  } catch (cause) {
    if (!(cause instanceof Error && cause.name === "AbortError")) throw cause;
    throw new Failure("The question was not answered, so nothing was changed.", "Run the command again.", {
      cause,
    });
  } finally {
    prompt.close();
    process.stderr.write("\n");
  }
}

/** Whether a user can answer questions. False in CI, and if input or output is not a terminal. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY && !process.env.CI;
}

/**
 * Asks a yes-or-no question. Returns true without asking if no user can answer.
 * @param byReturn the answer if the user only presses return
 */
export async function confirm(question: string, byReturn: "yes" | "no" = "yes"): Promise<boolean> {
  if (!isInteractive()) {
    return true;
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`? ${question} ${byReturn === "yes" ? "[Y/n]" : "[y/N]"} `);
    return /^(y|yes)$/i.test(answer.trim() || byReturn);
  } finally {
    prompt.close();
  }
}
