import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from '../support/api.ts';
import { type Connection, lifetime } from './connection.ts';
import type { Rig } from './rig.ts';

/** Many callers want an expired connection at one moment; those who are told to come back do. */

/** What callers were told in the end, with how often somebody was told to come back before. */
export type Crowd = { answers: Record<string, number>; toldToComeBack: number; withoutRetryAfter: number };

const mostVisits = 200;

export const crowdOf = async (
  rig: Rig,
  connection: Connection,
  callers: readonly Caller[],
): Promise<Crowd> => {
  const crowd: Crowd = { answers: {}, toldToComeBack: 0, withoutRetryAfter: 0 };
  const visit = async (who: Caller, process: number): Promise<void> => {
    for (let visits = 1; ; visits += 1) {
      const { status, body, headers } = await connection.use(who, process);
      const told = status === 200 ? 'served' : String(body?.code ?? status);
      if (told !== 'token_unavailable' || visits === mostVisits) {
        crowd.answers[told] = (crowd.answers[told] ?? 0) + 1;
        return;
      }
      const seconds = Number(headers.get('retry-after') ?? 0);
      crowd.toldToComeBack += 1;
      if (!(seconds > 0)) crowd.withoutRetryAfter += 1;
      // The header counts whole seconds; at scaled times they are longer than what is waited for.
      await pause(Math.min(seconds * 1000, rig.scaled(5_000)));
    }
  };
  await Promise.all(callers.map(visit));
  return crowd;
};

export type Round = Crowd & {
  /** Calls of the token endpoint. */
  tokenCalls: number;
  family: { state: string; generation: number; spentTwice: number };
};

/** The access token expires, and everybody comes. */
export const roundOf = async (
  rig: Rig,
  connection: Connection,
  callers: readonly Caller[],
): Promise<Round> => {
  const before = (await connection.tokenCalls()).length;
  await rig.advance(lifetime + 1);
  const crowd = await crowdOf(rig, connection, callers);
  const { state, generation, spentTwice } = await connection.family();
  const tokenCalls = (await connection.tokenCalls()).length - before;
  return { ...crowd, tokenCalls, family: { state, generation, spentTwice } };
};

/** The next token answers come so much later; the provider has rotated long before. */
export const slowly = (
  rig: Rig,
  connection: Connection,
  milliseconds: number,
  times: number,
): Promise<unknown> =>
  connection.fault({ when: 'after', times, act: { kind: 'delay', ms: rig.scaled(milliseconds) } });
