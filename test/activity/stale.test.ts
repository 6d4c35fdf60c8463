import { beforeEach, describe, expect, it } from 'vitest';
import { control } from '../support/standins.ts';
import {
  answering,
  aPersonAtBoth,
  manyTimes,
  outages,
  type PersonAtBoth,
  someTime,
  sourceOf,
} from './outages.ts';
import { activityOf, pullNames, refreshed, ticketKeys, watched } from './people.ts';

let { admin, person, jira, github, keys, names } = {} as PersonAtBoth;
beforeEach(async () => {
  ({ admin, person, jira, github, keys, names } = await aPersonAtBoth());
});

const statusOf = async (integrationId: string): Promise<unknown> =>
  (await admin.get(`/integrations/${integrationId}`)).body.integration.status;

describe('a provider down after it answered once', () => {
  it.each(outages)('is shown as it last answered, marked stale, with %s', async (_what, act, code) => {
    const before = await activityOf(admin, person);
    await jira.fault(manyTimes(act));

    const after = await activityOf(admin, person, refreshed);

    const source = sourceOf(after, jira);
    expect(source).toEqual({ ...sourceOf(before, jira), status: 'stale', code });
    expect(source).toMatchObject({ fetchedAt: someTime });
    expect(after.items).toEqual(before.items);
    expect(after.metrics).toEqual(before.metrics);
    expect(sourceOf(after, github)).toMatchObject({ status: 'ok' });
    expect(after.degraded).toBe(true);
  });

  it('is not shown in another range it was never asked for', async () => {
    await activityOf(admin, person);
    await jira.fault(manyTimes(answering(500)));

    const shown = await activityOf(admin, person, { from: '2025-03-01', to: '2025-03-30' });

    expect(sourceOf(shown, jira)).toMatchObject({ status: 'failed', code: 'provider_error' });
    expect(ticketKeys(shown)).toEqual([]);
  });
});

describe('a search that GitHub cut short', () => {
  it('is shown as far as it came, as timed_out', async () => {
    const search = `search/issues?q=is:pr+author:${github.author}`;
    const found = await admin.get(`/integrations/${github.integrationId}/proxy/${search}`);
    const some = { ...found.body, incomplete_results: true, items: found.body.items.slice(0, 2) };
    await github.fault({ times: 1, act: answering(200, {}, { ...some, total_count: 2 }) });

    const shown = await activityOf(admin, person);

    expect(pullNames(shown)).toHaveLength(2);
    expect(names).toEqual(expect.arrayContaining(pullNames(shown)));
    expect(sourceOf(shown, github)).toEqual({
      provider: 'github',
      status: 'timed_out',
      fetchedAt: someTime,
    });
    expect([shown.degraded, shown.metrics.pullRequests.total]).toEqual([true, 2]);
    expect(ticketKeys(shown)).toEqual(keys);
  });
});

describe('credentials that are revoked', () => {
  it('at GitHub make the integration needs_reauth at once, and it is asked no more', async () => {
    await control('github', 'POST', 'tokens/revoke', { token: github.token });

    const first = await watched([github], () => activityOf(admin, person));
    const second = await watched([github], () => activityOf(admin, person));

    const source = { provider: 'github', status: 'failed', code: 'needs_reauth' };
    expect(sourceOf(first.answer, github)).toEqual(source);
    expect(sourceOf(second.answer, github)).toEqual(source);
    expect([first.calls.length, second.calls.length]).toEqual([1, 0]);
    expect(await statusOf(github.integrationId)).toBe('needs_reauth');
    expect(ticketKeys(second.answer)).toEqual(keys);
  });

  it.each(['refused', 'anonymous'])(
    'at a Jira that is %s are noticed and what is known is stale',
    async (mode) => {
      const before = await activityOf(admin, person);
      await jira.control('PATCH', '', { badCredentials: mode });
      await jira.control('DELETE', `/tokens/${jira.apiToken}`);

      const after = await activityOf(admin, person, refreshed);
      const later = await watched([jira], () => activityOf(admin, person));

      const stale = { ...sourceOf(before, jira), status: 'stale', code: 'needs_reauth' };
      expect(sourceOf(after, jira)).toEqual(stale);
      expect(sourceOf(later.answer, jira)).toEqual(stale);
      expect(later.answer.items).toEqual(before.items);
      expect(later.calls).toEqual([]);
      expect(await statusOf(jira.integrationId)).toBe('needs_reauth');
    },
  );
});
