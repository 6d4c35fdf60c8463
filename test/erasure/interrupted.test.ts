import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inParallel } from '../../lib/model/parallel.ts';
import { familiesOf } from '../refresh-faults/connection.ts';
import { caller } from '../support/api.ts';
import { type Bench, jobEvent, startBench } from '../support/bench.ts';
import { consent } from '../support/consent.ts';
import { aGithubAccount } from '../support/standins.ts';
import { aHeldOrganization, rowsWith } from './held.ts';

/** Erasures that are cut short at every write they make, by a fault or a kill, and begun again. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

type Asked = { organizationId: string; payload: object };

/** A request to erase the whole organisation, whose job waits. */
const asked = async (): Promise<Asked> => {
  const { admin } = await aHeldOrganization(bench);
  await bench.follow();
  const { organizationId } = admin;
  const reply = await admin.post('/erase', { subject: { kind: 'organization', id: organizationId } });
  await bench.taken({ id: 'erase' });
  return { organizationId, payload: { organizationId, id: reply.body.erasure.id } };
};

const writes = new Set(['BatchWriteItem', 'DeleteItem', 'UpdateItem', 'TransactWriteItems']);
const left = async ({ organizationId }: Asked): Promise<string[]> => {
  const rows = (await rowsWith(bench, organizationId)).map((line) => JSON.parse(line).pk.S as string);
  return [...new Set(rows)].toSorted();
};
const directories = ({ organizationId }: Asked): string[] =>
  [`ERASED#${organizationId}`, `ORG#${organizationId}#ERASURES`, `ORG#${organizationId}#MEMBERS`].toSorted();

/** Every write of a whole erasure, by the order in which calls come. */
const writesOf = async (): Promise<number[]> => {
  const { payload } = await asked();
  bench.faults.watch();
  await bench.runJob('erase', payload);
  return bench.faults.unwatch().flatMap(({ operation }, nth) => (writes.has(operation) ? [nth] : []));
};

describe('an organisation’s erasure', () => {
  it('that fails before or after any of its writes is finished by the next try', async () => {
    const places = (await writesOf()).flatMap((nth) =>
      (['before', 'after'] as const).map((when) => ({ nth, when })),
    );

    for (const { nth, when } of places) {
      const one = await asked();
      bench.faults.watch({ nth, when, act: 'error', attempts: 'all' });
      await bench.runJob('erase', one.payload);
      bench.faults.unwatch();
      const again = await bench.runJob('erase', one.payload, 120, 2);

      expect(again.batchItemFailures, `${when} ${nth}`).toEqual([]);
      expect(await left(one), `${when} ${nth}`).toEqual(directories(one));
    }
    expect(places.length).toBeGreaterThanOrEqual(16);
  }, 300_000);

  it('that is killed is taken up by the schedule, though nobody tells it', async () => {
    const middle = (await writesOf()).at(2) ?? 0;
    const killed = await inParallel(2, ['before', 'after'] as const, async (when) => {
      const one = await asked();
      const child = await bench.child('functions/jobs/erase.ts');
      child.faults.watch({ nth: middle, when, act: 'hang', attempts: 'all' });
      const held = child.faults.held();
      child.start(jobEvent(one.payload));
      await held;
      await child.kill();
      return one;
    });
    const before = await Promise.all(killed.map(left));
    bench.advance(16 * 60);
    await bench.runSchedule('purge');
    expect(await bench.drain()).toBe(0);

    for (const [index, one] of killed.entries()) {
      expect(before[index]?.length).toBeGreaterThan(directories(one).length + 1);
      expect(await left(one)).toEqual(directories(one));
    }
  }, 120_000);

  it('destroys the data keys before it touches anything else', async () => {
    const one = await asked();
    const [, second = 0] = await writesOf();
    bench.faults.watch({ nth: second, when: 'before', act: 'error', attempts: 'all' });
    await bench.runJob('erase', one.payload);
    bench.faults.unwatch();

    const rows = await rowsWith(bench, one.organizationId);
    expect(rows.filter((line) => line.includes('DATAKEY#'))).toEqual([]);
    expect(rows.filter((line) => line.includes('CRED#')).length).toBeGreaterThanOrEqual(2);
  });

  it('ends in time and goes on in another message', async () => {
    const one = await asked();

    const rounds = await bench.runJob('erase', one.payload, 2);
    const unfinished = await left(one);
    const failures = await bench.drain();

    expect(rounds.batchItemFailures).toEqual([]);
    expect(unfinished.length).toBeGreaterThan(directories(one).length);
    expect(failures).toBe(0);
    expect(await left(one)).toEqual(directories(one));
  });
});

describe('a user’s erasure', () => {
  it('ends their tokens at the provider before it forgets them, and again after a fault', async () => {
    const admin = caller({}, bench.url);
    const member = caller({ organizationId: admin.organizationId, role: 'member' }, bench.url);
    const { login } = await aGithubAccount({}, [], bench.standins['github']);
    const person = { user: login };
    const { id } = await consent(member, { provider: 'github', scope: 'user', ...person });
    const family = () => familiesOf({ bench, admin, owner: member, id, provider: 'github', person });
    expect((await family()).at(-1)?.state).toBe('live');
    const reply = await admin.post('/erase', { subject: { kind: 'user', id: member.userId } });
    const [message] = await bench.taken({ id: 'erase' });
    const payload = JSON.parse(message?.Body ?? '{}');

    bench.faults.watch({
      operation: 'TransactWriteItems',
      nth: 0,
      when: 'before',
      act: 'error',
      attempts: 'all',
    });
    const first = await bench.runJob('erase', payload);
    bench.faults.unwatch();
    const second = await bench.runJob('erase', payload, 120, 2);

    expect(reply.status).toBe(202);
    expect(first.batchItemFailures).toHaveLength(1);
    expect(second.batchItemFailures).toEqual([]);
    expect((await family()).every(({ state }) => state !== 'live')).toBe(true);
    expect(await rowsWith(bench, `#USER#${member.userId}`, id)).toEqual([]);
    const { events } = (await admin.get('/audit')).body;
    expect(events.map(({ action }: { action: string }) => action)).toContain('tokens.revoked');
  });
});
