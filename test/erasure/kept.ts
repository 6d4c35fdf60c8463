import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { now } from '../../lib/config/clock.ts';
import type { Settings } from '../../lib/contract/settings.ts';
import { attemptLife } from '../../lib/store/attempts.ts';
import { linked } from '../security/company.ts';
import { type Caller, caller, newId } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { begin } from '../support/consent.ts';
import { aJiraSite } from '../support/standins.ts';
import { dumpOf } from '../support/table.ts';
import { syncedOn } from '../sync/benched.ts';

type Row = Record<string, { S?: string; N?: string } | undefined>;

const accountId = '712020:kept';

/** Whatever has a retention, made once by this caller. */
const make = async (bench: Bench, admin: Caller): Promise<void> => {
  const { jira } = bench.standins;
  const { connection } = await aJiraSite({ users: [{ displayName: 'Ann Lee', accountId }] }, jira);
  const body = { provider: 'jira', scope: 'organization', auth: 'api_token', ...connection };
  const headers = { 'idempotency-key': newId('key') };
  const made = await admin.post('/integrations/connect', body, { headers });
  const { id } = made.body.integration;
  const person = newId('person');
  await linked(admin, id, accountId, person);
  await admin.get(`/persons/${person}/activity?from=2026-01-01&to=2026-01-31`);
  await syncedOn(bench, admin, id);
  await begin(admin, 'github');
};

/** That DynamoDB drops each kind of row so many days after it was made as the environment's setting says (F025). */
export const describeKept = (retention: Settings['retention']): void => {
  let bench: Bench;
  let rows: Row[];
  let made: { from: number; to: number };
  beforeAll(async () => {
    bench = await startBench(undefined, retention);
    // So that our clock is another than the machine's.
    bench.advance(3 * 86_400);
    const admin = caller({}, bench.url);
    const from = now();
    await make(bench, admin);
    made = { from, to: now() };
    const lines = await dumpOf({ database: bench.database });
    rows = lines.filter((line) => line.includes(admin.organizationId)).map((line) => JSON.parse(line) as Row);
  });
  afterAll(() => bench.stop());

  const day = 86_400_000;
  const kinds: [string, (row: Row) => boolean, number][] = [
    ['the runs of a sync', ({ sk }) => sk?.S?.startsWith('RUN#') === true, retention.syncRuns * day],
    ['cached activity', ({ sk }) => sk?.S?.startsWith('ACT#') === true, retention.activityCache * day],
    [
      'answers of creating calls',
      ({ sk }) => sk?.S?.startsWith('IDEM#') === true,
      retention.idempotency * day,
    ],
    ['events', ({ pk }) => pk?.S?.includes('#EVT#') === true, retention.events * day],
    // No setting: an hour after they are refused.
    ['attempts of a consent', ({ pk }) => pk?.S?.startsWith('ATTEMPT#') === true, attemptLife + 3_600_000],
  ];

  describe(`with ${JSON.stringify(retention)}`, () => {
    it.each(kinds)('%s expire when the setting says', (_, isOne, kept) => {
      const expiries = rows.filter(isOne).map(({ expiresAt }) => Number(expiresAt?.N));

      const [first, last] = [made.from, made.to].map((at) => Math.floor((at + kept) / 1000));
      expect(expiries.length).toBeGreaterThan(0);
      for (const expiry of expiries) {
        expect(expiry).toBeGreaterThanOrEqual(first ?? 0);
        expect(expiry).toBeLessThanOrEqual(last ?? 0);
      }
    });
  });
};
