import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller, company, newId } from '../support/api.ts';
import { type Bench, delivered, startBench } from '../support/bench.ts';

/** Background work that failed for good, as admins see it. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

const someId = 'int_o_aaaaaaaaaaaaaaaaaaaaaa';
const ownId = 'int_u_aaaaaaaaaaaaaaaaaaaaaa';
type Payload = { organizationId: string; userId: string | null; integrationId: string };
const messageFor = ({ organizationId, userId }: Caller, own = false): Payload => ({
  organizationId,
  userId: own ? userId : null,
  integrationId: own ? ownId : someId,
});

/** A message for the so-manieth time, while the database does not answer. */
const failing = async (job: string, payload: object, deliveries: number): Promise<void> => {
  bench.faults.watch({ operation: 'GetItem', when: 'before', act: 'error', attempts: 'all' });
  const { batchItemFailures } = await bench.runJob(job, payload, 120, deliveries);
  bench.faults.unwatch();
  expect(batchItemFailures).toHaveLength(1);
};
const listed = async (who: Caller) => (await who.get('/jobs/failed')).body.jobs;

describe('the list of failed jobs', () => {
  it('has a message with its last delivery, and not before', async () => {
    const { admin } = company(bench.url);
    await failing('revoke', messageFor(admin), 4);
    const before = await listed(admin);

    await failing('revoke', messageFor(admin), 5);
    const [job, ...more] = await listed(admin);

    expect(before).toEqual([]);
    expect(job).toEqual({
      id: expect.stringMatching(/./),
      job: 'revoke',
      integrationId: someId,
      code: 'unavailable',
      failedAt: expect.stringMatching(/^\d{4}-/),
    });
    expect(more).toEqual([]);
  });

  it('is of one’s own organisation, and shows nobody else’s personal ones', async () => {
    const { admin, other, member, stranger } = company(bench.url);
    await failing('revoke', messageFor(other, true), 5);
    await failing('revoke', messageFor(member, true), 5);

    expect(await listed(other)).toMatchObject([{ integrationId: ownId }]);
    expect(await listed(admin)).toEqual([]);
    expect(await listed(stranger)).toEqual([]);
    expect((await member.get('/jobs/failed')).status).toBe(403);
  });

  it('leaves out what only operators may look into', async () => {
    const { admin } = company(bench.url);
    const { organizationId } = admin;

    await failing('erase', { organizationId, id: 'ers_1' }, 5);

    expect(await listed(admin)).toEqual([]);
  });

  it('comes newest first', async () => {
    const { admin } = company(bench.url);
    for (const job of ['revoke', 'purge-integration']) {
      const payload = { ...messageFor(admin), ...(job === 'purge-integration' && { after: null }) };
      await failing(job, payload, 5);
      bench.advance(1);
    }

    expect((await listed(admin)).map(({ job }: { job: string }) => job)).toEqual([
      'purge-integration',
      'revoke',
    ]);
  });
});

describe('a worker that dies', () => {
  /** Killed while it asks the database for what it works on. */
  const killed = async (payload: Payload, deliveries: number): Promise<void> => {
    const child = await bench.child('functions/jobs/revoke.ts');
    child.faults.watch({ operation: 'GetItem', when: 'before', act: 'hang', attempts: 'all' });
    const held = child.faults.held();
    child.start(delivered(payload, deliveries));
    await held;
    await child.kill();
  };

  it('at every delivery leaves its message in the list, to be redriven as any other', async () => {
    const { admin } = company(bench.url);
    for (const delivery of [1, 4]) await killed(messageFor(admin), delivery);
    const before = await listed(admin);

    await killed(messageFor(admin), 5);
    const [job, ...more] = await listed(admin);
    const reply = await admin.post(`/jobs/failed/${job.id}/redrive`);

    expect(before).toEqual([]);
    expect(job).toMatchObject({ job: 'revoke', integrationId: someId, code: 'internal' });
    expect(more).toEqual([]);
    expect(reply.status).toBe(202);
    expect(await bench.taken({ id: 'revoke' })).toHaveLength(1);
  });

  it('is thought of before the last delivery alone: what goes well costs no write, and leaves nothing', async () => {
    const { admin } = company(bench.url);
    const writes: string[][] = [];
    for (const delivery of [1, 4, 5]) {
      bench.faults.watch();
      const { batchItemFailures } = await bench.runJob('revoke', messageFor(admin), 120, delivery);
      expect(batchItemFailures).toEqual([]);
      const asked = bench.faults.unwatch().map(({ operation }) => operation);
      writes.push(asked.filter((operation) => operation !== 'GetItem'));
    }

    expect(writes).toEqual([[], [], ['PutItem', 'DeleteItem']]);
    expect(await listed(admin)).toEqual([]);
  });
});

describe('redriving', () => {
  it('queues the same work again, forgets the failure, and is in the audit', async () => {
    const { admin } = company(bench.url);
    await failing('revoke', messageFor(admin), 5);
    const [job] = await listed(admin);

    const reply = await admin.post(`/jobs/failed/${job.id}/redrive`);
    const queued = await bench.taken({ id: 'revoke' });
    const again = await admin.post(`/jobs/failed/${job.id}/redrive`);

    expect(reply).toMatchObject({ status: 202, body: { queued: true } });
    expect(queued.map(({ Body = '' }) => JSON.parse(Body) as unknown)).toEqual([messageFor(admin)]);
    expect(await listed(admin)).toEqual([]);
    expect(again.status).toBe(404);
    expect(await bench.taken({ id: 'revoke' })).toEqual([]);
    const { events } = (await admin.get('/audit?action=job.redriven')).body;
    expect(events).toMatchObject([{ actor: admin.userId, target: someId, outcome: 'ok' }]);
  });

  it('is not for others, and knows no other id', async () => {
    const { admin, other, member, stranger } = company(bench.url);
    await failing('revoke', messageFor(admin, true), 5);
    const [{ id }] = await listed(admin);

    for (const [who, status] of [
      [other, 404],
      [stranger, 404],
      [member, 403],
    ] as const)
      expect((await who.post(`/jobs/failed/${id}/redrive`)).status).toBe(status);
    for (const wrong of [newId('job'), 'a%23b', 'a'.repeat(101)])
      expect((await admin.post(`/jobs/failed/${wrong}/redrive`)).status).toBe(404);
    expect(await listed(admin)).toHaveLength(1);
    expect(await bench.taken({ id: 'revoke' })).toEqual([]);
  });

  it('of a sync whose integration is gone says so', async () => {
    const admin = caller({}, bench.url);
    await failing('sync', { ...messageFor(admin), syncId: 'syn_aaaaaaaaaaaaaaaaaaaaaaa' }, 5);
    const [{ id }] = await listed(admin);

    expect((await admin.post(`/jobs/failed/${id}/redrive`)).status).toBe(404);
  });
});
