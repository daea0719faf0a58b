import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** Prints a line of progress to standard error; standard output is for results. */
export function say(line: string): void {
  console.error(`• ${line}`);
}

/** Asks for a value without showing what is typed. Works in a terminal only. */
export async function askSecret(question: string): Promise<string> {
  process.stderr.write(`? ${question} `);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: unseen, terminal: true });
  try {
    return await prompt.question("");
  } finally {
    prompt.close();
    process.stderr.write("\n");
  }
}

/** Whether somebody is there to answer a question: not in CI, and not when input or output is a pipe. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY && !process.env.CI;
}

/**
 * Asks for a yes. Where nobody is there to answer, the answer is yes.
 * @param byReturn what the return key alone means
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
