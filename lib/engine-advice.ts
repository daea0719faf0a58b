/** What to do about a message of the Docker engine or its client. Undefined for a message without a rule. */
export function engineAdvice(message: string): string | undefined {
  if (
    /port is already allocated|address already in use|permission denied.*bind|forwarding port/i.test(message)
  ) {
    return "Free the port, or choose another: npm run pulumi -- config set httpPort 8080 --stack local";
  }
  if (
    /Cannot connect to the Docker daemon|Is the docker daemon running|error during connect/i.test(message)
  ) {
    return (
      "Start the Docker engine, or run `npm start`, which starts it if it can. " +
      "`npm run doctor` says why it does not answer."
    );
  }
  if (/non-overlapping IPv4 address pool|address pools? .*(fully|exhausted)/i.test(message)) {
    return (
      "The engine has no addresses left for another network; a stack needs four. " +
      "Remove networks that nobody uses with `docker network prune`, or stop the stack of another clone " +
      "with `npm stop -- --keep-data` in its folder. Then run the command again."
    );
  }
  return undefined;
}
