import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";

const least = 12;
/** What `POST /token` accepts. */
const most = 256;
/** zxcvbn's "safely unguessable": more than 10^8 guesses. */
const leastScore = 3;

/**
 * @returns what is wrong with a new password, as the end of a sentence that begins with "The password";
 * undefined if nothing is. Common passwords, sequences, repetitions and the user's own name can be guessed.
 */
export function passwordFault(password: string, username: string): string | undefined {
  const length = [...password].length;
  if (length < least) return `must have at least ${least} characters, but has ${length}`;
  if (password.length > most) return `must have at most ${most} characters, but has ${password.length}`;
  if (/\p{Cc}/u.test(password)) return "must not contain line breaks or other control characters";
  const estimate = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  const { score } = estimate.check(password, [username, "orbital", "witness"]);
  if (score < leastScore)
    return "is easy to guess: use several words that have nothing to do with each other";
  return undefined;
}
