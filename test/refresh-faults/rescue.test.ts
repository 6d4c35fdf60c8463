import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTokens } from '../../lib/tokens/sealed.ts';
import { type Bench, shortTimes, startBench } from '../support/bench.ts';
import { consentAgain } from '../support/consent.ts';
import type { Rule } from '../support/faults.ts';
import { control } from '../support/standins.ts';
import {
  aConnection,
  type Connection,
  credentialOf,
  familiesOf,
  isCurrent,
  type ProviderKind,
  payloadFor,
  refreshCalls,
  tokenFault,
  until,
} from './connection.ts';

/** Tokens that came when the table would not take them: another failure domain keeps them. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench(shortTimes);
});
afterAll(() => bench.stop());

const fails = { when: 'before', act: 'error', attempts: 'all' } as const;

/** A refresh during which, between the provider's request and its answer, this happens. */
const meanwhile = async (connection: Connection, happens: () => unknown, seen = 1) => {
  await tokenFault(connection, { when: 'after', act: { kind: 'delay', ms: 500 } });
  const asked = (await refreshCalls(connection)).length;
  const running = bench.runJob('refresh', payloadFor(connection, seen), 4);
  await until(async () => (await refreshCalls(connection)).length > asked);
  await happens();
  const { batchItemFailures } = await running;
  bench.faults.unwatch();
  return batchItemFailures.length === 0;
};

const withoutServices = (connection: Connection, ...rules: Rule[]) =>
  meanwhile(connection, () => bench.faults.watch(...rules));

/** What waits on the rescue queue. */
const rescued = async (): Promise<Record<string, unknown>[]> =>
  (await bench.taken({ id: 'rescue' })).map(({ Body = '{}' }) => JSON.parse(Body) as Record<string, unknown>);

/** One delivery, which goes on as long as a try still fits into its twenty seconds. */
const rescue = async (payload: object, deliveries = 1): Promise<boolean> =>
  (await bench.runJob('rescue', payload, 20, deliveries)).batchItemFailures.length === 0;

/** A connection whose refreshed tokens are nowhere but in the message that is given. */
const adrift = async (kind: ProviderKind) => {
  const connection = await aConnection(bench, kind);
  await withoutServices(connection, { ...fails, service: 'dynamodb' });
  const [message] = await rescued();
  if (!message) throw new Error('Nothing was handed to rescue.');
  return { connection, message };
};

const statesOf = async (connection: Connection): Promise<string[]> =>
  (await familiesOf(connection)).map(({ state }) => state);

describe('tokens that cannot be stored', () => {
  it('wait sealed on the rescue queue, and are stored from there', async () => {
    const { connection, message } = await adrift('without a grace period');
    expect(await credentialOf(connection)).toMatchObject({
      tokenVersion: 1,
      intentCount: 1,
      state: 'active',
    });
    expect(await isCurrent(connection)).toBe(false);

    expect(await rescue(message)).toBe(true);

    expect(await isCurrent(connection)).toBe(true);
    const credential = await credentialOf(connection);
    expect(credential).toMatchObject({ tokenVersion: 2, intentCount: 0, leaseUntil: 0, nextAttemptAt: 0 });
    expect(credential.intentSince).toBeUndefined();
    const plain = await openTokens(connection.owner, credential, 2, credential.tokens ?? new Uint8Array());
    for (const secret of [plain.accessToken, plain.refreshToken ?? ''])
      expect(JSON.stringify(message)).not.toContain(secret);
    expect(JSON.stringify(message)).toContain(Buffer.from(credential.tokens ?? []).toString('base64'));
    const { body } = await connection.admin.post(`/integrations/${connection.id}/test`);
    expect(body).toMatchObject({ ok: true });
  });

  it('are stored once, however often the queue delivers them, and never over newer ones', async () => {
    const { connection, message } = await adrift('without a grace period');
    await rescue(message);
    const stands = await credentialOf(connection);

    expect(await rescue(message)).toBe(true);
    expect(await credentialOf(connection)).toEqual(stands);

    await bench.runJob('refresh', payloadFor(connection, 2));
    const newer = await credentialOf(connection);
    expect(newer.tokenVersion).toBe(3);
    expect(await rescue(message)).toBe(true);
    expect(await credentialOf(connection)).toEqual(newer);
    expect(await isCurrent(connection)).toBe(true);
  });

  it('stay on the queue while the table is still away', async () => {
    const { connection, message } = await adrift('without a grace period');
    bench.faults.watch({ ...fails, service: 'dynamodb' });

    expect(await rescue(message)).toBe(false);

    bench.faults.unwatch();
    expect(await rescue(message)).toBe(true);
    expect(await isCurrent(connection)).toBe(true);
  });

  it('are stored as soon as it is back, without another delivery', async () => {
    const { connection, message } = await adrift('without a grace period');
    bench.faults.watch({ ...fails, service: 'dynamodb', nth: 0 }, { ...fails, service: 'dynamodb', nth: 1 });

    expect(await rescue(message)).toBe(true);

    bench.faults.unwatch();
    expect(await isCurrent(connection)).toBe(true);
  });

  it('need no key that was not at hand before the token was spent', async () => {
    const connection = await aConnection(bench, 'without a grace period');
    bench.advance(301);

    const well = await meanwhile(connection, () => {
      bench.advance(301);
      bench.faults.watch({ ...fails, service: 'kms' }, { ...fails, service: 'dynamodb', operation: 'Query' });
    });

    expect(well).toBe(true);
    expect(await isCurrent(connection)).toBe(true);
    expect(await rescued()).toEqual([]);
  });

  it('are kept also when nothing but the queue is left', async () => {
    const connection = await aConnection(bench, 'without a grace period');

    await meanwhile(connection, () => {
      bench.advance(301);
      bench.faults.watch({ ...fails, service: 'kms' }, { ...fails, service: 'dynamodb' });
    });

    const [message] = await rescued();
    expect(await rescue(message ?? {})).toBe(true);
    expect(await isCurrent(connection)).toBe(true);
  });
});

describe('tokens that come too late', () => {
  const kind = 'that ends the old access token';

  it('are ended when their integration was deleted and purged meanwhile', async () => {
    const { connection, message } = await adrift(kind);
    await connection.admin.delete(`/integrations/${connection.id}`);
    await bench.follow();
    expect(await statesOf(connection)).toEqual(['live']);

    expect(await rescue(message)).toBe(true);

    expect(await statesOf(connection)).toEqual(['revoked']);
  });

  it('are ended when somebody consented anew meanwhile, whose tokens stay', async () => {
    const { connection, message } = await adrift(kind);
    await consentAgain(connection.admin, connection.id, connection.person);
    await bench.follow();

    expect(await rescue(message)).toBe(true);

    expect(await statesOf(connection)).toEqual(['revoked', 'live']);
    expect(await isCurrent(connection)).toBe(true);
  });

  it.each(['delete', 'consent'])(
    'are ended later where the provider does not take them back at once: %s',
    async (what) => {
      const connection = await aConnection(bench, kind);
      await control(
        'github',
        'POST',
        'faults',
        {
          match: { method: 'DELETE', path: '/applications/' },
          times: 2,
          act: { kind: 'answer', status: 503 },
        },
        bench.standins['github'],
      );

      await meanwhile(connection, () =>
        what === 'delete'
          ? connection.admin.delete(`/integrations/${connection.id}`)
          : consentAgain(connection.admin, connection.id, connection.person),
      );
      const [message] = await rescued();
      expect(message).toBeDefined();
      expect(await rescue(message ?? {})).toBe(false);
      expect(await rescue(message ?? {}, 2)).toBe(true);
      await bench.follow();

      expect(await statesOf(connection)).toEqual(what === 'delete' ? ['revoked'] : ['revoked', 'live']);
    },
  );
});
