import { createInterface } from "node:readline/promises";

/** One line that says what happens now. */
export function say(line: string): void {
  console.log(`• ${line}`);
}

/** Asks for a yes where somebody is there to answer; elsewhere (CI, a pipe) the answer is yes. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY || process.env.CI) {
    return true;
  }
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await prompt.question(`? ${question} [Y/n] `);
    return /^(y|yes)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}
