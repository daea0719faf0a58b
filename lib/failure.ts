/** An error that the user can resolve: the message says what is wrong, the advice what to do next. */
export class Failure extends Error {
  readonly advice: string;

  constructor(message: string, advice: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Failure";
    this.advice = advice;
  }
}

/** The failed program has already printed its message and its advice. */
export class AlreadySaid extends Error {}

/**
 * Runs a command's main function. Prints a `Failure` as message and advice, any other error with its stack.
 */
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
