import type { TokenFault } from '../../infra/local/standins/oauth/types.ts';
import { connect, type Kind, lifetime } from './connection.ts';
import type { Rig } from './rig.ts';
import { crowdOf } from './rounds.ts';

/** What a token endpoint may do once before it works again, and what becomes of everybody. */

type Behaviour = (rig: Rig) => Pick<TokenFault, 'when' | 'act'>;

const late =
  (milliseconds: number): Behaviour =>
  ({ scaled }) => ({ when: 'after', act: { kind: 'delay', ms: scaled(milliseconds) } });
const answer =
  (status: number, body: unknown): Behaviour =>
  () => ({ when: 'before', act: { kind: 'answer', status, body } });

export const behaviours = {
  '0.3 s': late(300),
  '12 s': late(12_000),
  '25 s': late(25_000),
  '500': answer(500, 'Internal Server Error'),
  '429': answer(429, { error: 'slow_down' }),
  'time-out': () => ({ when: 'before', act: { kind: 'hang' } }),
  reset: () => ({ when: 'before', act: { kind: 'reset' } }),
  garbage: answer(200, '<html>Welcome to the hotel network</html>'),
  '200 without token': answer(200, {}),
  'answer lost after rotation': () => ({ when: 'after', act: { kind: 'reset' } }),
} satisfies Record<string, Behaviour>;

export type Case = { callers: number; kind: Kind; endpoint: keyof typeof behaviours };

export type Outcome = {
  tokenCalls: number;
  spentTwice: number;
  revoked: number;
  answers: Record<string, number>;
  withoutRetryAfter: number;
  state: string;
  cause: string | null;
};

/**
 * New connections, expired all at once, each with a fault ahead of it; then everybody comes. Cases of one
 * call run side by side.
 */
export const outcomesOf = async (rig: Rig, cases: readonly Case[]): Promise<Outcome[]> => {
  const prepared = await Promise.all(
    cases.map(async ({ callers, kind, endpoint }) => {
      const connection = await connect(rig, kind);
      await connection.fault({ times: 1, ...behaviours[endpoint](rig) });
      return { connection, users: await connection.users(callers) };
    }),
  );
  await rig.advance(lifetime + 1);
  return Promise.all(
    prepared.map(async ({ connection, users }) => {
      const { answers, withoutRetryAfter } = await crowdOf(rig, connection, users);
      const family = await connection.family();
      const { body } = await connection.admin.get(`/integrations/${connection.id}/health`);
      return {
        tokenCalls: (await connection.tokenCalls()).length,
        spentTwice: family.spentTwice,
        revoked: family.state === 'revoked' ? 1 : 0,
        answers,
        withoutRetryAfter,
        state: body.state,
        cause: body.cause ?? null,
      };
    }),
  );
};
