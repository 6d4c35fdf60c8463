import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, connect } from './connection.ts';
import { type Rig, startRig } from './rig.ts';
import { roundOf, slowly } from './rounds.ts';

/**
 * The refresh engine in eight processes, at a provider that rotates, knows no grace and revokes the whole
 * family when a spent token comes again. All times, the provider's too, are a quarter of the real ones;
 * `npm run proof:refresh` goes the rounds at real times.
 */

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ scale: 4, processes: 8 });
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

  it('cost one token call, thirty times over', () => rounds(30, 0), 300_000);

  it('cost one token call where it takes 12 s', async () => {
    await slowly(rig, connection, 12_000, 1);
    await rounds(1, 30);
  }, 120_000);

  it('cost one token call where it takes 25 s', async () => {
    await slowly(rig, connection, 25_000, 1);
    await rounds(1, 31);
  }, 120_000);

  it('leave the current token with every process', async () => {
    const answers = await Promise.all(
      rig.urls.map((_, process) => connection.use(connection.admin, process)),
    );

    expect(answers.map(({ status }) => status)).toEqual(rig.urls.map(() => 200));
    const calls = await connection.tokenCalls();
    expect(calls).toHaveLength(32);
    expect(calls.map(({ outcome }) => outcome)).toEqual(calls.map(() => 'issued'));
    // Each call presented what the one before it was given: none was lost, none came again.
    expect(calls.slice(1).map(({ presented }) => presented)).toEqual(
      calls.slice(0, -1).map(({ issued }) => issued?.refresh),
    );
  });
});
