import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Case } from './cases.ts';
import { outcomesOf } from './cases.ts';
import { type Connection, connect } from './connection.ts';
import { type Rig, startRig } from './rig.ts';
import { roundOf, slowly } from './rounds.ts';

/**
 * The refresh engine in eight processes, at a provider that rotates, knows no grace and revokes the whole
 * family when a spent token comes again. All times, the provider's too, are a tenth of the real ones;
 * `npm run proof:refresh` goes the rounds at real times.
 */

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ scale: 10, processes: 8 });
});
afterAll(() => rig.stop());

const hundred = { answers: { served: 100 }, withoutRetryAfter: 0, tokenCalls: 1 };

describe('a hundred callers of one expired connection in eight processes', () => {
  let connection: Connection;
  beforeAll(async () => {
    connection = await connect(rig, 'grace', { graceSeconds: 0 });
  });

  const rounds = async (count: number, already: number): Promise<void> => {
    const users = await connection.users(100);
    for (let round = 1; round <= count; round += 1) {
      const generation = already + round;
      expect(await roundOf(rig, connection, users)).toMatchObject({
        ...hundred,
        family: { state: 'live', generation, spentTwice: 0 },
      });
    }
  };

  it('cost one token call, thirty times over', () => rounds(30, 0), 120_000);

  it('cost one token call where it takes 12 s', async () => {
    await slowly(rig, connection, 12_000, 3);
    await rounds(3, 30);
  });

  it('cost one token call where it takes 25 s', async () => {
    await slowly(rig, connection, 25_000, 2);
    await rounds(2, 33);
  });

  it('leave the current token with every process', async () => {
    const answers = await Promise.all(
      rig.urls.map((_, process) => connection.use(connection.admin, process)),
    );

    expect(answers.map(({ status }) => status)).toEqual(rig.urls.map(() => 200));
    const calls = await connection.tokenCalls();
    expect(calls).toHaveLength(35);
    expect(calls.map(({ outcome }) => outcome)).toEqual(calls.map(() => 'issued'));
    // Each call presented what the one before it was given: none was lost, none came again.
    expect(calls.slice(1).map(({ presented }) => presented)).toEqual(
      calls.slice(0, -1).map(({ issued }) => issued?.refresh),
    );
  });
});

describe('a token endpoint that fails once, and thirty callers in eight processes', () => {
  const served = { answers: { served: 30 }, revoked: 0, state: 'healthy', cause: null, withoutRetryAfter: 0 };
  const again = { ...served, tokenCalls: 2, spentTwice: 0 };
  const lost = { tokenCalls: 2, spentTwice: 1 };
  const expected: [Omit<Case, 'callers'>, object][] = [
    [{ kind: 'grace', endpoint: '500' }, again],
    [{ kind: 'none', endpoint: '500' }, again],
    [{ kind: 'none', endpoint: '429' }, again],
    [{ kind: 'none', endpoint: 'time-out' }, again],
    [{ kind: 'none', endpoint: 'reset' }, again],
    [{ kind: 'none', endpoint: 'garbage' }, again],
    [{ kind: 'grace', endpoint: '200 without token' }, again],
    [
      { kind: 'grace', endpoint: 'answer lost after rotation' },
      { ...served, ...lost },
    ],
    [
      { kind: 'none', endpoint: 'answer lost after rotation' },
      {
        ...lost,
        answers: { needs_reauth: 30 },
        revoked: 1,
        state: 'needs_reauth',
        cause: 'lost_after_rotation',
      },
    ],
  ];

  it('costs nobody the connection, but where the answer was lost and there is no grace', async () => {
    const outcomes = await outcomesOf(
      rig,
      expected.map(([one]) => ({ ...one, callers: 30 })),
    );

    expect(outcomes).toEqual(expected.map(([, outcome]) => ({ withoutRetryAfter: 0, ...outcome })));
  });
});
