import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import type { JiraSite } from '../support/standins.ts';
import { aSite, begunOn, counted, messageOf, syncOf } from './benched.ts';
import { recordsOf } from './synced.ts';

/** What a run does when the provider does not answer as it should. */

const things = 200;
const search = { path: '/search' };

let bench: Bench;
let admin: Caller;
let site: JiraSite;
let id: string;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());
beforeEach(async () => {
  ({ admin, site, id } = await aSite(bench, things));
});

type Act = Parameters<JiraSite['fault']>[0]['act'];
const answers = (status: number, headers = {}): Act => ({ kind: 'answer', status, headers, body: '' });
/** The first pages are as they are, then so many calls fare otherwise. */
const fault = (act: Act, { times = 1, after = 0 } = {}): Promise<unknown> =>
  site.fault(
    ...(after > 0 ? [{ match: search, times: after, act: { kind: 'delay', ms: 0 } as const }] : []),
    { match: search, times, act },
  );
const asked = async (): Promise<number> =>
  (await site.calls()).filter(({ path }) => path.includes('/search')).length;

const begun = () => begunOn(bench, admin, id);
const deliver = async (syncId: string) => {
  await bench.runJob('sync', messageOf(admin, id, syncId), 300);
  return syncOf(admin, id, syncId);
};
const run = async () => deliver(await begun());

describe('a provider that asks to wait', () => {
  it('is asked again after the time it named, and not before, whichever message comes', async () => {
    await fault(answers(429, { 'retry-after': '120' }), { after: 1 });
    const syncId = await begun();

    const waiting = await deliver(syncId);
    const before = await asked();
    bench.advance(110);
    const early = await deliver(syncId);
    const between = await asked();
    bench.advance(11);
    const done = await deliver(syncId);

    expect(waiting).toMatchObject({ state: 'running', code: 'provider_rate_limited', processed: 90 });
    expect(early).toEqual(waiting);
    expect(between).toBe(before);
    expect(done).toMatchObject({
      state: 'succeeded',
      processed: things,
      counts: counted({ created: things }),
    });
    expect(done.code).toBeUndefined();
  });

  it('for longer than a message can wait is waited for all the same', async () => {
    await fault(answers(429, { 'retry-after': '3000' }));
    const syncId = await begun();
    await deliver(syncId);

    bench.advance(1000);
    await deliver(syncId);
    bench.advance(1000);
    const early = await asked();
    const waiting = await deliver(syncId);
    bench.advance(1001);

    expect(early).toBe(1);
    expect(waiting.state).toBe('running');
    expect(await deliver(syncId)).toMatchObject({ state: 'succeeded', processed: things });
  });
});

describe('a provider that fails', () => {
  /** As often as a run tries, each time three calls. */
  const failsForGood = async (): Promise<string> => {
    await fault(answers(500), { times: 18, after: 1 });
    const syncId = await begun();
    for (let attempt = 1; attempt < 6; attempt += 1) {
      expect((await deliver(syncId)).state).toBe('running');
      bench.advance(900);
    }
    return syncId;
  };

  it('fails the run when it goes on, and the next run goes on where that one stopped', async () => {
    const failed = await deliver(await failsForGood());
    const shown = await admin.get(`/integrations/${id}/records?limit=1`);
    const before = await asked();

    const next = await run();
    const records = await recordsOf(admin, id);

    expect(failed).toMatchObject({ state: 'failed', code: 'provider_error', processed: 90 });
    expect(failed.endedAt).toBeDefined();
    expect(shown.body).toMatchObject({ degraded: true, records: [{ type: 'task' }] });
    expect(next).toMatchObject({ state: 'succeeded', processed: 110, counts: counted({ created: 110 }) });
    expect((await asked()) - before).toBe(2);
    // What the failed run met is not taken for gone.
    expect(records.size).toBe(things);
    expect((await admin.get(`/integrations/${id}/records?limit=1`)).body.degraded).toBe(false);
  });

  it('is begun anew where it no longer knows the place', async () => {
    await deliver(await failsForGood());

    await fault(answers(400));
    const refused = await run();
    const anew = await run();

    expect(refused).toMatchObject({ state: 'failed', code: 'provider_error', processed: 0 });
    expect(anew).toMatchObject({
      state: 'succeeded',
      full: true,
      counts: counted({ created: 110, skipped: 90 }),
    });
  });

  it('costs nothing where it recovers', async () => {
    await fault({ kind: 'reset' }, { times: 3, after: 1 });
    const syncId = await begun();
    const shaken = await deliver(syncId);
    bench.advance(900);

    expect(shaken).toMatchObject({ state: 'running', code: 'provider_unreachable' });
    expect(await deliver(syncId)).toMatchObject({ state: 'succeeded', counts: { created: things } });
  });
});

describe('a provider that refuses', () => {
  it.each([
    [403, 'provider_forbidden'],
    [400, 'provider_error'],
    [404, 'provider_not_found'],
  ])('with %i is asked once, and the run is over', async (status, code) => {
    await fault(answers(status));

    expect(await run()).toMatchObject({ state: 'failed', code, processed: 0 });
    expect(await asked()).toBe(1);
  });

  it('the credentials makes the integration ask for new ones, and no run begin', async () => {
    await site.control('DELETE', `/tokens/${site.apiToken}`);

    const failed = await run();
    const { body } = await admin.get(`/integrations/${id}`);
    const before = (await site.calls()).length;
    const refused = await admin.post(`/integrations/${id}/sync`);

    expect(failed).toMatchObject({ state: 'failed', code: 'needs_reauth' });
    expect(body.integration.status).toBe('needs_reauth');
    expect(refused).toMatchObject({ status: 409, body: { code: 'needs_reauth' } });
    expect((await site.calls()).length).toBe(before);
  });
});

describe('an integration that is disabled', () => {
  const disable = async (enabled: boolean): Promise<void> => {
    const { version } = (await admin.get(`/integrations/${id}`)).body.integration;
    const reply = await admin.patch(`/integrations/${id}`, { enabled, version });
    expect(reply.status).toBe(200);
  };

  it('is not synced, and its run that waits ends without a call', async () => {
    const syncId = await begun();
    await disable(false);
    const before = (await site.calls()).length;

    const refused = await admin.post(`/integrations/${id}/sync`);
    const ended = await deliver(syncId);
    const again = await admin.post(`/integrations/${id}/sync`);

    expect(refused).toMatchObject({ status: 409, body: { code: 'integration_disabled' } });
    expect(ended).toMatchObject({ state: 'failed', code: 'integration_disabled', processed: 0 });
    expect(again.status).toBe(409);
    expect((await site.calls()).length).toBe(before);

    await disable(true);
    expect(await run()).toMatchObject({ state: 'succeeded', processed: things });
  });
});
