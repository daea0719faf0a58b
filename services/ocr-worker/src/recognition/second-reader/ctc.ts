/**
 * A character that was read. `at`: the middle of its time steps, as a share (0 to 1) of the picture's width.
 * `probability`: 0 to 1.
 */
export type Character = { text: string; at: number; probability: number };

/** The first class is the blank of CTC. */
const BLANK = 0;

/**
 * Decodes the output of a CTC network: at each time step the likeliest class counts, equal neighbours are one
 * character, and a blank, whose text is "", separates characters. `probabilities`: for each step, one for
 * each class, in the order of `classes`. A class that is undefined is never read, whatever its probability.
 */
export function decodeCtc(
  probabilities: Float32Array,
  classes: readonly (string | undefined)[],
): Character[] {
  const steps = probabilities.length / classes.length;
  const allowed = classes.flatMap((text, index) => (text === undefined ? [] : [index]));
  const found: Character[] = [];
  let run: { text: string; first: number; last: number; probability: number } | undefined;
  const end = () => {
    if (run === undefined || run.text === "") return;
    const at = (run.first + run.last + 1) / 2 / steps;
    found.push({ text: run.text, at, probability: run.probability });
  };
  for (let step = 0; step < steps; step++) {
    const from = step * classes.length;
    let best = BLANK;
    for (const index of allowed) {
      if ((probabilities[from + index] ?? 0) > (probabilities[from + best] ?? 0)) best = index;
    }
    const probability = probabilities[from + best] ?? 0;
    const text = classes[best] ?? "";
    if (run?.text === text) {
      run.last = step;
      run.probability = Math.max(run.probability, probability);
    } else {
      end();
      run = { text, first: step, last: step, probability };
    }
  }
  end();
  return found;
}
