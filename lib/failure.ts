/** What a user can do something about: the message names what was wrong, the advice what to do next. */
export class Failure extends Error {
  readonly advice: string;

  constructor(message: string, advice: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Failure";
    this.advice = advice;
  }
}

/** What failed has said so itself, and what to do. */
export class AlreadySaid extends Error {}

/** Runs a command's main function; a `Failure` is printed as message and advice, anything else with its stack. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (error instanceof Failure) {
      console.error(`\n✗ ${error.message}\n\n  What to do: ${error.advice.replaceAll("\n", "\n  ")}\n`);
    } else if (!(error instanceof AlreadySaid)) {
      console.error(error);
    }
    process.exitCode = 1;
  }
}
