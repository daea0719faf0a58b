import { Failure } from "../../lib/failure.ts";
import { readProjectFile } from "../../lib/stack-config/project-file.ts";
import { StackFile, type StoredValue } from "../../lib/stack-config/stack-file.ts";

/** What a rotation does to the stack and asks of its surroundings. */
export interface RotationTools {
  readonly folder: string;
  readonly stackName: string;
  /** Sets a new random value, encrypted. */
  readonly setSecret: (setting: string) => Promise<void>;
  /** Updates the stack. Resolves when all containers are healthy and the replaced ones are gone. */
  readonly up: () => Promise<void>;
  /** The public key that verifies the tokens signed now, by the stack's last update. */
  readonly signingKey: () => Promise<string>;
  readonly tokenSeconds: () => number;
  readonly say: (line: string) => void;
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Longer lives of tokens are not waited for: the user runs the command again. */
const LONGEST_WAIT_MS = 10 * 60_000;
/** For tokens that the old Auth API signed while the update was ending. */
const SLACK_MS = 5000;

/**
 * Changes the key of tokens without refusing a token that is still valid. Each step first writes to the
 * stack's file what it is about to do, so that a run that was interrupted is continued by the next one.
 */
export class KeyRotation {
  readonly #tools: RotationTools;

  constructor(tools: RotationTools) {
    this.#tools = tools;
  }

  /** @throws Failure when the old key's tokens live too long to wait for their end */
  async run(): Promise<void> {
    const { say } = this.#tools;
    const step = this.#step();
    if (step === "begin") {
      await this.#tools.setSecret("jwtSecretNext");
      say("1/3 Publishing a new key, which signs nothing yet.");
      say(`    Its secret is jwtSecretNext in Pulumi.${this.#tools.stackName}.yaml, encrypted.`);
    } else {
      say("Continuing the rotation that was interrupted.");
    }
    if (step === "begin" || step === "publish") await this.#publish();
    if (step !== "retire") await this.#sign();
    await this.#retire();
  }

  /** Which step comes next, by what the stack's file holds. */
  #step(): "begin" | "publish" | "sign" | "retire" {
    const values = this.#values();
    if (values.has("jwtSecretNext")) return "publish";
    if (!values.has("retiredTokenKey")) return "begin";
    return values.has("retiredTokenKeyUntil") || values.get("retiredTokenKey") === "" ? "retire" : "sign";
  }

  /** The services learn the new key. Then it becomes the one that signs, in one write of the file. */
  async #publish(): Promise<void> {
    const { up, signingKey } = this.#tools;
    await up();
    const next = this.#values().get("jwtSecretNext");
    if (next === undefined) throw new Error("jwtSecretNext was removed during the rotation");
    this.#write({ retiredTokenKey: await signingKey(), jwtSecret: next, jwtSecretNext: undefined });
  }

  async #sign(): Promise<void> {
    const { say, up, tokenSeconds, now } = this.#tools;
    say("2/3 Signing with the new key: its secret is now jwtSecret. The old secret is deleted.");
    say("    Only the old public key is kept, as retiredTokenKey, until its last token has expired.");
    await up();
    const until = new Date(now() + tokenSeconds() * 1000 + SLACK_MS);
    this.#write({ retiredTokenKeyUntil: until.toISOString() });
  }

  async #retire(): Promise<void> {
    const { say, up, now, pause } = this.#tools;
    const until = String(this.#values().get("retiredTokenKeyUntil") ?? "");
    if (until !== "") {
      const left = Date.parse(until) - now();
      if (left > LONGEST_WAIT_MS) {
        throw new Failure(
          `The new key signs all tokens. Tokens of the old one are valid until ${until}.`,
          "Run `npm run rotate-key` again after that time: it removes the old public key.",
        );
      }
      if (left > 0) say(`    Waiting ${Math.ceil(left / 1000)} s until no token of the old key is valid.`);
      await pause(Math.max(0, left));
      // The empty value says that only the update is missing.
      this.#write({ retiredTokenKey: "", retiredTokenKeyUntil: undefined });
    }
    say("3/3 Removing the old public key: its tokens have expired.");
    await up();
    this.#write({ retiredTokenKey: undefined });
    say("The key of tokens has been changed.");
  }

  /** The stack's own settings, without the project's name. */
  #values(): Map<string, StoredValue> {
    const { prefix, file } = this.#open();
    return new Map([...file.values()].map(([key, value]) => [key.replace(prefix, ""), value]));
  }

  /** Sets these settings, or removes those that are undefined, all at once. */
  #write(values: Readonly<Record<string, StoredValue | undefined>>): void {
    const { prefix, file } = this.#open();
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) file.remove(`${prefix}${key}`);
      else file.set(`${prefix}${key}`, value);
    }
    file.save();
  }

  #open() {
    const { folder, stackName } = this.#tools;
    return { prefix: `${readProjectFile(folder).name}:`, file: new StackFile(folder, stackName) };
  }
}
