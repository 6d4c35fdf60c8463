import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CredentialRecord } from '../../lib/model/integration.ts';
import { inParallel } from '../../lib/model/parallel.ts';
import { type Bench, shortTimes, startBench } from '../support/bench.ts';
import {
  aConnection,
  type Connection,
  childFor,
  credentialOf,
  eventFor,
  familiesOf,
  isCurrent,
  type ProviderKind,
  payloadFor,
  refreshCalls,
  tokenFault,
  until,
} from './connection.ts';
import { nightly, nthOf, path } from './path.ts';

/**
 * Processes killed at each step of a refresh: before and after each call takes effect, and before and after
 * the provider has spent the token. Steps are reached by holding what the process waits for.
 */

const moments = ['before', 'after'] as const;
type Place = { step: (typeof path)[number]['step'] | 'asks the provider'; when: (typeof moments)[number] };
const places: Place[] = [...path.map(({ step }) => step), 'asks the provider' as const].flatMap((step) =>
  moments.map((when) => ({ step, when })),
);

/** Where the only good tokens are in the memory of the process. */
const isBetween = ({ step, when }: Place): boolean =>
  (step === 'asks the provider' && when === 'after') || (step === 'commits' && when === 'before');

const kinds: ProviderKind[] = nightly
  ? ['with a grace period', 'without a grace period', 'that ends the old access token']
  : ['with a grace period', 'without a grace period'];
const repetitions = nightly ? 25 : 1;

type Killing = Place & { kind: ProviderKind };
type Seen = { credential: CredentialRecord; current: boolean; asked: number };
type Victim = Killing & { connection: Connection; killed: Seen; swept: Seen; repeated: Seen };

const killings: Killing[] = kinds.flatMap((kind) => places.map((place) => ({ ...place, kind })));
const victims: Victim[] = [];
let bench: Bench;

const seen = async (connection: Connection): Promise<Seen> => ({
  credential: await credentialOf(connection),
  current: await isCurrent(connection),
  asked: (await refreshCalls(connection)).length,
});

/** A refresh in a process of its own, killed in the middle. */
const killed = async ({ kind, step, when }: Killing): Promise<Connection> => {
  const connection = await aConnection(bench, kind);
  const child = await childFor(bench);
  if (step === 'asks the provider') {
    await tokenFault(connection, { when, act: { kind: 'hang' } });
    child.start(eventFor(connection));
    await until(async () => (await refreshCalls(connection)).some(({ fault }) => fault === `${when} hang`));
  } else {
    child.faults.watch({ nth: nthOf(step), when, act: 'hang', attempts: 'all' });
    const held = child.faults.held();
    child.start(eventFor(connection));
    await held;
  }
  await child.kill();
  return connection;
};

beforeAll(async () => {
  bench = await startBench(shortTimes);
  for (let round = 0; round < repetitions; round += 1) {
    const dead = await inParallel(2, killings, async (killing) => {
      const connection = await killed(killing);
      return { ...killing, connection, killed: await seen(connection) };
    });
    await pause(shortTimes.lease);
    bench.advance(61);
    await bench.runSchedule('recover-intents');
    await bench.drain();
    const swept = await inParallel(4, dead, async (one) => ({ ...one, swept: await seen(one.connection) }));
    // The queue gives back what nobody finished.
    for (const { connection } of swept) await bench.send('refresh', payloadFor(connection, 1));
    await bench.drain();
    for (const one of swept) victims.push({ ...one, repeated: await seen(one.connection) });
  }
}, 1_800_000);
afterAll(() => bench.stop());

const at = ({ kind, step, when }: Killing): Victim[] =>
  victims.filter((one) => one.kind === kind && one.step === step && one.when === when);

describe.each(killings)(
  'a process that dies when it $step, $when it takes effect, at a provider $kind',
  (killing) => {
    const { step, when, kind } = killing;
    const claimedThen =
      (step === 'claims' && when === 'after') ||
      step === 'asks the provider' ||
      (step === 'commits' && when === 'before');
    const committedThen = step === 'commits' && when === 'after';
    const lost = isBetween(killing) && kind !== 'with a grace period';

    it('leaves an intent exactly where the token may have been spent', () => {
      expect(at(killing)).toHaveLength(repetitions);
      for (const { killed: then } of at(killing)) {
        expect(then.credential).toMatchObject({ state: 'active', tokenVersion: committedThen ? 2 : 1 });
        expect(then.credential.intentSince !== undefined).toBe(claimedThen);
        expect(then.credential.leaseUntil > 0).toBe(claimedThen);
        expect(then.current).toBe(!isBetween(killing));
      }
    });

    it(lost ? 'is told as needs_reauth by the sweeper' : 'costs nothing once the sweeper ran', () => {
      for (const { swept } of at(killing)) {
        expect(swept.credential).toMatchObject(
          lost
            ? { state: 'needs_reauth', cause: 'lost_after_rotation', tokenVersion: 1 }
            : { state: 'active', cause: null, tokenVersion: claimedThen || committedThen ? 2 : 1 },
        );
        expect(swept.current).toBe(!lost);
        expect(swept.credential.intentSince).toBeUndefined();
        expect(swept.credential).toMatchObject({ leaseUntil: 0, intentCount: 0 });
      }
    });

    it('is over when the queue delivers the message again', async () => {
      for (const { swept, repeated, connection } of at(killing)) {
        if (lost) expect(repeated).toEqual(swept);
        else
          expect(repeated).toMatchObject({ current: true, credential: { state: 'active', tokenVersion: 2 } });

        const spentTwice = (await familiesOf(connection)).reduce((sum, family) => sum + family.spentTwice, 0);
        expect(spentTwice).toBe(isBetween(killing) ? 1 : 0);
      }
    });
  },
);

it.each(kinds)('whoever uses a connection at a provider %s is served, or told to reconnect', async (kind) => {
  for (const one of victims.filter((victim) => victim.kind === kind)) {
    const { connection } = one;
    const lost = isBetween(one) && kind !== 'with a grace period';
    const { status, body } = await connection.admin.post(`/integrations/${connection.id}/test`);
    expect({ status, ok: body.ok, code: body.code ?? null }).toEqual({
      status: 200,
      ok: !lost,
      code: lost ? 'needs_reauth' : null,
    });
    const shown = await connection.admin.get(`/integrations/${connection.id}`);
    expect(shown.body.integration.status).toBe(lost ? 'needs_reauth' : 'active');
    const audit = await connection.admin.get('/audit?action=integration.health_changed');
    expect(audit.body.events).toHaveLength(lost ? 1 : 0);
  }
});
