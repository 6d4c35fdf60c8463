import type { Network } from './dial.ts';
import type { OutboundError } from './failure.ts';

/** The only place that opens a connection to a provider; every SDK is given what `openDoor` returns as its `fetch`. */
export type Door = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export type Limits = {
  /** Milliseconds until the headers of an answer. */
  headers: number;
  /** Milliseconds until its end, redirects included. */
  total: number;
  /** Bytes of its body, decompressed. */
  body: number;
};

export const usualLimits: Limits = { headers: 5_000, total: 10_000, body: 5_000_000 };

export type DoorOptions = {
  provider: string;
  /** The only origins a request may go to, as in `https://api.github.com`. */
  origins: readonly string[];
  limits?: Limits;
  network?: Network;
  /** Hears of every failure, also of one that an SDK swallows or disguises. */
  failed?: (error: OutboundError) => void;
};

/**
 * A `fetch` that reaches this provider and nothing else. Fails with `OutboundError`. What dials is loaded
 * with the first request: no function needs it at its start.
 */
export const openDoor =
  (options: DoorOptions): Door =>
  async (input, init) =>
    (await import('./through.ts')).doorTo(options)(input, init);
