import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** Prints a line of progress to standard error; standard output is for results. */
export function say(line: string): void {
  console.error(`• ${line}`);
}

/** Asks for a value without showing what is typed. Needs a terminal. */
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

/** Asks for a yes at a terminal; without one (CI, a pipe) the answer is yes. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY || process.env.CI) {
    return true;
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`? ${question} [Y/n] `);
    return /^(y|yes)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}
