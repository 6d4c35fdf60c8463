import { describe, expect, it } from 'vitest';
import { moment } from '../integrations/told.ts';
import { caller, company } from '../support/api.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { changesOf, eventsOf, healthOf, search, searches, shown } from './seen.ts';

/** What a holder is told: the state, its cause and since when, and the books of the last day. */

const answer = (status: number) => ({ kind: 'answer' as const, status, headers: {}, body: {} });
const connect = async () => {
  const admin = caller();
  const site = await aJiraSite();
  const integration = await connectedJira(admin, site);
  return { admin, site, integration, id: integration.id as string };
};

describe('the figures of health', () => {
  it('are absent while nothing was called', async () => {
    const { admin, id } = await connect();

    const health = await healthOf(admin, id);

    expect(health).toEqual({ state: 'healthy', since: moment, latency: {} });
  });

  it('are those of the calls: as many, as good, as slow', async () => {
    const { admin, site, id } = await connect();

    await searches(admin, id, 10);
    const quick = await healthOf(admin, id);
    await site.fault({ times: 10, act: { kind: 'delay', ms: 600 } });
    await searches(admin, id, 10);
    const slower = await healthOf(admin, id);

    expect(quick.successRate).toBe(1);
    expect(quick).not.toHaveProperty('lastError');
    expect(quick.latency.p50).toBeGreaterThan(0);
    expect(quick.latency.p95).toBeGreaterThanOrEqual(quick.latency.p50);
    // Half of the twenty calls took 600 ms and more.
    expect(slower.latency.p95).toBeGreaterThanOrEqual(600);
    expect(slower.latency.p95).toBeGreaterThan(quick.latency.p50);
    expect(slower.successRate).toBe(1);
  });

  it('tell of a failure at once, with its code, and of the rate', async () => {
    const { admin, site, id } = await connect();
    await searches(admin, id, 10);
    await site.fault({ times: 1, act: answer(501) });

    const failed = await search(admin, id);
    const during = await healthOf(admin, id);
    await searches(admin, id, 9);
    const after = await healthOf(admin, id);

    expect(failed.body.code).toBe('provider_error');
    expect(during.lastError).toEqual({ code: 'provider_error', at: moment });
    expect(during.successRate).toBeCloseTo(10 / 11);
    expect(during.state).toBe('healthy');
    expect(after.successRate).toBeGreaterThan(during.successRate);
    expect(after.lastError).toEqual(during.lastError);
  });

  it('do not hold against a provider what it does not know', async () => {
    const { admin, id } = await connect();
    const unknown = `/integrations/${id}/entity?type=issue&externalId=TEST-404`;

    for (let call = 0; call < 10; call += 1) expect((await admin.get(unknown)).status).toBe(404);

    expect(await healthOf(admin, id)).toMatchObject({ successRate: 1 });
  });

  it('are for its holder alone', async () => {
    const { admin, member, stranger } = company();
    const { id } = await connectedJira(admin, await aJiraSite());

    const statuses = [admin, member, stranger].map((who) => who.get(`/integrations/${id}/health`));

    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([200, 403, 404]);
  });
});

describe('states that people set', () => {
  it('are disabled and healthy again, each since it was set and with one event', async () => {
    const { admin, id, integration } = await connect();
    const before = await healthOf(admin, id);

    const off = await admin.patch(`/integrations/${id}`, { enabled: false, version: integration.version });
    const during = await healthOf(admin, id);
    const refused = await search(admin, id);
    await admin.patch(`/integrations/${id}`, { enabled: true, version: off.body.integration.version });
    const after = await healthOf(admin, id);

    expect(during).toMatchObject({ state: 'disabled', cause: 'disabled_by_person' });
    expect(during.since).toBe(off.body.integration.updatedAt);
    expect(refused).toMatchObject({ status: 409, body: { code: 'integration_disabled' } });
    expect(after).toMatchObject({ state: 'healthy' });
    expect(after.since >= during.since && during.since >= before.since).toBe(true);
    expect((await eventsOf(admin, id)).map(({ action }) => action)).toEqual([
      'integration.created',
      'integration.disabled',
      'integration.enabled',
    ]);
  });

  it('are needs_setup after a reset, until it is connected again', async () => {
    const { admin, site, id } = await connect();

    await admin.post(`/integrations/${id}/reset`);
    const during = await healthOf(admin, id);
    const refused = await search(admin, id);
    const tested = await admin.post(`/integrations/${id}/test`);
    const again = await admin.post(`/integrations/${id}/reconnect`, {
      auth: 'api_token',
      ...site.connection,
    });

    expect(during).toMatchObject({ state: 'needs_setup', cause: 'reset' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'needs_setup' } });
    expect(tested.body).toMatchObject({ ok: false, code: 'needs_setup' });
    expect(again.status).toBe(201);
    const after = await healthOf(admin, id);
    expect(after).toMatchObject({ state: 'healthy' });
    expect(after).not.toHaveProperty('cause');
    expect((await eventsOf(admin, id)).map(({ action }) => action)).toEqual([
      'integration.created',
      'integration.reset',
      'integration.tested',
      'integration.reconnected',
    ]);
    expect(await changesOf(admin, id)).toEqual([]);
  });

  it('say why a disabled integration is disabled, whatever else was the matter', async () => {
    const { admin, site, id } = await connect();
    await site.control('DELETE', `/tokens/${site.apiToken}`);
    await search(admin, id);
    const { version } = await shown(admin, id);

    await admin.patch(`/integrations/${id}`, { enabled: false, version });
    const during = await healthOf(admin, id);
    await admin.patch(`/integrations/${id}`, { enabled: true, version: version + 1 });

    expect(during).toMatchObject({ state: 'disabled', cause: 'disabled_by_person' });
    expect(await healthOf(admin, id)).toMatchObject({ state: 'needs_reauth', cause: 'credentials_rejected' });
  });
});

describe('the last test', () => {
  it('is the connect, then every test, whatever came of it', async () => {
    const { admin, site, id, integration } = await connect();
    expect(integration.lastTestedAt).toBe(integration.createdAt);

    const good = await admin.post(`/integrations/${id}/test`);
    const afterGood = await shown(admin, id);
    await site.fault({ times: 1, act: answer(501) });
    const bad = await admin.post(`/integrations/${id}/test`);
    await search(admin, id);

    expect(good.body).toEqual({ ok: true, testedAt: moment });
    expect(afterGood.lastTestedAt).toBe(good.body.testedAt);
    expect(bad.body).toMatchObject({ ok: false, code: 'provider_error' });
    expect(await shown(admin, id)).toMatchObject({
      lastTestedAt: bad.body.testedAt,
      status: 'active',
      health: { state: 'healthy' },
    });
  });
});
