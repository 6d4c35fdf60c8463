export type Reason =
  /** The URL or an address behind its name is not allowed; nothing was dialled. */
  | 'blocked'
  /** A redirect leads to another origin; its target was not dialled. */
  | 'redirect'
  | 'unreachable'
  | 'timeout'
  | 'too_large';

/** What went wrong on the way to a provider. `sent` false: the request surely never left us. */
export class OutboundError extends Error {
  readonly reason: Reason;
  readonly sent: boolean;

  constructor(reason: Reason, sent: boolean, cause: unknown = null) {
    super(`outbound: ${reason}`, { cause });
    this.name = 'OutboundError';
    this.reason = reason;
    this.sent = sent;
  }
}

/** Whether an error, as its users get it, comes of an answer that was longer than is read. */
export const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof OutboundError && error.cause.reason === 'too_large';
