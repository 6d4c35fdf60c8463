import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, shortTimes, startBench } from '../support/bench.ts';
import { consentAgain } from '../support/consent.ts';
import {
  aConnection,
  type Connection,
  credentialOf,
  endFamily,
  familiesOf,
  isCurrent,
  type ProviderKind,
  payloadFor,
  refreshCalls,
  tokenFault,
  until,
} from './connection.ts';

/** Somebody deletes, resets, withdraws or consents anew while a refresh is under way: nothing is orphaned. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench(shortTimes);
});
afterAll(() => bench.stop());

type Change = (connection: Connection) => Promise<unknown>;
const ends: { who: string; change: Change; leaves: string | null }[] = [
  { who: 'deletes', change: ({ admin, id }) => admin.delete(`/integrations/${id}`), leaves: null },
  {
    who: 'resets',
    change: ({ admin, id }) => admin.post(`/integrations/${id}/reset`),
    leaves: 'needs_setup',
  },
  { who: 'withdraws', change: ({ admin, id }) => admin.delete(`/consents/${id}`), leaves: 'disabled' },
];
const renews: Change = ({ admin, id, person }) => consentAgain(admin, id, person);

/** When the change comes: while the provider has the token, or when its answer is here and not stored yet. */
const moments = ['while the provider is asked', 'when the answer is here'] as const;
type Moment = (typeof moments)[number];

/** A refresh during which somebody changes the connection; afterwards all that follows has been done. */
const during = async (connection: Connection, change: Change, moment: Moment): Promise<void> => {
  const asked = moment === 'while the provider is asked';
  await tokenFault(connection, { when: asked ? 'before' : 'after', act: { kind: 'delay', ms: 400 } });
  const running = bench.runJob('refresh', payloadFor(connection, 1));
  await until(async () => (await refreshCalls(connection)).length === 1);
  await change(connection);
  expect((await running).batchItemFailures).toEqual([]);
  await bench.follow();
};

/** The grants of the account, and which of them still have a token that works. */
const grants = async (connection: Connection) =>
  (await familiesOf(connection)).map(({ state, accessWorks }) =>
    state === 'live' || accessWorks ? 'live' : 'ended',
  );

const revoking: ProviderKind = 'that ends the old access token';

describe.each(moments)('%s', (moment) => {
  it.each(ends)(
    'whoever $who leaves no token at a provider that takes tokens back',
    async ({ change, leaves }) => {
      const connection = await aConnection(bench, revoking);

      await during(connection, change, moment);

      expect(await grants(connection)).toEqual(['ended']);
      const { body, status } = await connection.admin.get(`/integrations/${connection.id}`);
      expect(status).toBe(leaves === null ? 404 : 200);
      expect(body.integration?.status ?? null).toBe(leaves);
      if (leaves !== null)
        expect(await credentialOf(connection)).toMatchObject({ tokens: null, retired: [] });
    },
  );

  it('the newest consent wins, and what it replaced is ended', async () => {
    const connection = await aConnection(bench, revoking);

    await during(connection, renews, moment);

    expect(await grants(connection)).toEqual(['ended', 'live']);
    expect(await isCurrent(connection)).toBe(true);
    expect(await credentialOf(connection)).toMatchObject({
      state: 'active',
      cause: null,
      leaseUntil: 0,
      retired: [],
    });
    const { body } = await connection.admin.post(`/integrations/${connection.id}/test`);
    expect(body).toMatchObject({ ok: true });
  });

  it('the newest consent wins where a provider takes nothing back', async () => {
    const connection = await aConnection(bench, 'without a grace period');

    await during(connection, renews, moment);

    expect(await isCurrent(connection)).toBe(true);
    expect(await credentialOf(connection)).toMatchObject({ state: 'active', cause: null, leaseUntil: 0 });
    expect((await credentialOf(connection)).intentSince).toBeUndefined();
    expect((await familiesOf(connection)).map(({ spentTwice }) => spentTwice)).toEqual([0, 0]);
  });
});

it('a consent that is older than the answer of a dead token is not called dead', async () => {
  const connection = await aConnection(bench, 'without a grace period');
  await bench.runJob('refresh', payloadFor(connection, 1));
  const [family] = await familiesOf(connection);
  await tokenFault(connection, { when: 'before', act: { kind: 'delay', ms: 400 } });

  const running = bench.runJob('refresh', payloadFor(connection, 2));
  await until(async () => (await refreshCalls(connection)).length === 2);
  await renews(connection);
  await endFamily(connection, family?.id ?? '');
  await running;

  expect((await refreshCalls(connection)).at(-1)?.outcome).toBe('refresh_revoked');
  expect(await isCurrent(connection)).toBe(true);
  expect(await credentialOf(connection)).toMatchObject({ state: 'active', cause: null });
  const { body } = await connection.admin.get('/audit?action=integration.health_changed');
  expect(body.events).toEqual([]);
});
