export type ProofFault = {
  /** A sentence. */
  what: string;
  /** Undefined if there was no order. */
  orderId?: string | undefined;
  /** A sentence, or what the stack answered. */
  reason: string;
  /** A shell command. */
  next: string;
};

/** Why the sample page was not read. The message is for people. */
export class ProofFailure extends Error {
  override readonly name = "ProofFailure";
  /** The message without the command that comes next. */
  readonly explanation: string;
  readonly next: string;

  constructor({ what, orderId, reason, next }: ProofFault, options?: ErrorOptions) {
    const order = orderId === undefined ? "" : `\n  Order: ${orderId}`;
    const explanation = `${what}${order}\n  Reason: ${reason}`;
    super(`${explanation}\n  Next: ${next}`, options);
    this.explanation = explanation;
    this.next = next;
  }
}
