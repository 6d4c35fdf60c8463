import { beforeEach, describe, expect, it } from 'vitest';
import {
  answering,
  aPersonAtBoth,
  limitsOfGithub,
  manyTimes,
  outages,
  type PersonAtBoth,
  someTime,
  sourceOf,
} from './outages.ts';
import { activityOf, pullNames, ticketKeys, watched } from './people.ts';

let { admin, person, jira, github, keys, names } = {} as PersonAtBoth;
beforeEach(async () => {
  ({ admin, person, jira, github, keys, names } = await aPersonAtBoth());
});

describe('one provider down', () => {
  it.each(outages)('leaves the part of the other: Jira with %s', async (_what, act, code) => {
    await jira.fault(manyTimes(act));

    const shown = await activityOf(admin, person);

    expect([ticketKeys(shown), pullNames(shown)]).toEqual([[], names]);
    expect(sourceOf(shown, jira)).toEqual({ provider: 'jira', status: 'failed', code });
    expect(sourceOf(shown, github)).toEqual({ provider: 'github', status: 'ok', fetchedAt: someTime });
    expect([shown.degraded, shown.linked, shown.metrics.pullRequests.total]).toEqual([true, true, 3]);
  });

  it.each([...outages, ...limitsOfGithub])(
    'leaves the part of the other: GitHub with %s',
    async (_what, act, code) => {
      await github.fault(manyTimes(act));

      const shown = await activityOf(admin, person);

      expect([ticketKeys(shown), pullNames(shown)]).toEqual([keys, []]);
      expect(sourceOf(shown, github)).toEqual({ provider: 'github', status: 'failed', code });
      expect(sourceOf(shown, jira)).toEqual({ provider: 'jira', status: 'ok', fetchedAt: someTime });
      expect([shown.degraded, shown.linked, shown.metrics.tickets.total]).toEqual([true, true, 2]);
    },
  );

  it('for a moment is asked again, and nobody notices', async () => {
    await jira.fault({ times: 1, act: answering(503) });
    await github.fault({ times: 2, act: { kind: 'reset' } });

    const { answer, calls } = await watched([jira, github], () => activityOf(admin, person));

    expect([ticketKeys(answer), pullNames(answer)]).toEqual([keys, names]);
    expect(answer.degraded).toBe(false);
    expect(calls).toHaveLength(2 + 3);
  });

  it('on its second page shows none of its first, rather than half as if it were all', async () => {
    await jira.control('PATCH', '', { pageCap: 1 });
    await jira.control('PATCH', '', { limit: { burst: 1, perSecond: 0 } });

    const shown = await activityOf(admin, person);

    expect([ticketKeys(shown), pullNames(shown)]).toEqual([[], names]);
    expect(sourceOf(shown, jira)).toMatchObject({
      status: 'failed',
      code: 'provider_rate_limited',
    });
  });

  it('is forgotten once it is back', async () => {
    await jira.fault({ times: 3, act: answering(500) });
    const during = await activityOf(admin, person);

    const after = await activityOf(admin, person);

    expect([during.degraded, after.degraded]).toEqual([true, false]);
    expect(ticketKeys(after)).toEqual(keys);
  });
});
