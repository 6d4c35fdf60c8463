import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Caller, caller, local, newId } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { secretsIn } from '../support/secrets.ts';
import {
  activityOf,
  aLogin,
  inGithub,
  inJira,
  inMarch,
  linked,
  pullNames,
  refreshed,
  teamOf,
  ticketKeys,
  watched,
} from './people.ts';

/** A cloud of its own, whose clock and counters nobody else moves, before the stand-ins of all. */
let cloud: Cloud;
let admin: Caller;
beforeAll(async () => {
  const { jira, github } = inject('cloud').standins;
  cloud = await startCloud(['--provider', `jira=${jira}`, '--provider', `github=${github}`]);
  admin = caller({}, cloud.url);
});
afterAll(async () => {
  await cloud.stop();
  const secrets = secretsIn(cloud.data);
  removeData(cloud);
  expect(secrets).toEqual([]);
});

const linkedToBoth = async () => {
  const person = newId('person');
  const [jira, github] = [await inJira(admin, person), await inGithub(admin, person)];
  const keys = await jira.add({ updated: inMarch }, { updated: inMarch });
  const names = await github.add({ created: inMarch, updated: inMarch });
  return { person, jira, github, keys: keys.toSorted(), names };
};

/** What one operation asked of others while something ran. */
const costOf = async (operation: string, run: () => Promise<unknown>) => {
  await local('DELETE', 'metrics', undefined, cloud.url);
  await run();
  const { body } = await local('GET', 'metrics', undefined, cloud.url);
  const { calls, dynamodb, kms, sqs, provider } = body.operations[operation];
  return { calls, requests: dynamodb.requests, writes: dynamodb.writes, kms, sqs, provider };
};
const advance = (seconds: number) => local('POST', 'clock', { advanceSeconds: seconds }, cloud.url);

describe('activity of a person with two links', () => {
  it('reads policy, links, credentials and cache, counts and keeps; once more it only reads', async () => {
    const { person } = await linkedToBoth();

    const cold = await costOf('activity.person', () => activityOf(admin, person));
    const cached = await costOf('activity.person', () => activityOf(admin, person));
    const again = await costOf('activity.person', () => activityOf(admin, person, refreshed));

    // Policy, two queries for links, one batch of credentials and cache; per link a count and what is kept.
    const asking = { calls: 1, requests: 4 + 2 * 2, writes: 2 * 2, kms: 0, sqs: 0, provider: 2 };
    expect(cold).toEqual(asking);
    expect(cached).toEqual({ calls: 1, requests: 4, writes: 0, kms: 0, sqs: 0, provider: 0 });
    expect(again).toEqual(asking);
  });

  it('who may not be seen costs one read', async () => {
    const { person } = await linkedToBoth();
    const { organizationId } = admin;
    const member = caller({ organizationId, role: 'member' }, cloud.url);

    const cost = await costOf('activity.team', () => teamOf(member, [person, newId('person')]));

    expect(cost).toEqual({ calls: 1, requests: 1, writes: 0, kms: 0, sqs: 0, provider: 0 });
  });

  it('of a team reads credentials and cache at once, and counts a shared integration once', async () => {
    const { person, github } = await linkedToBoth();
    const others = [newId('person'), newId('person')];
    for (const other of others) await linked(admin, other, github.integrationId, await aLogin());

    const cold = await costOf('activity.team', () => teamOf(admin, [person, ...others]));
    const cached = await costOf('activity.team', () => teamOf(admin, [person, ...others]));

    const reads = 1 + 2 * 3 + 1;
    expect(cold).toEqual({ calls: 1, requests: reads + 2 + 4, writes: 2 + 4, kms: 0, sqs: 0, provider: 4 });
    expect(cached).toEqual({ calls: 1, requests: reads, writes: 0, kms: 0, sqs: 0, provider: 0 });
  });
});

describe('as time goes by', () => {
  it('a data key is unwrapped once in five minutes, for all credentials', async () => {
    const { person } = await linkedToBoth();
    await advance(310);

    const first = await costOf('activity.person', () => activityOf(admin, person));
    const next = await costOf('activity.person', () => activityOf(admin, person, refreshed));

    expect(first).toMatchObject({ requests: 8 + 1, writes: 4, kms: 1, provider: 2 });
    expect(next).toMatchObject({ requests: 8, writes: 4, kms: 0, provider: 2 });
  });

  it('an answer is fresh for five minutes, then asked for again', async () => {
    const { person, jira, github, keys } = await linkedToBoth();
    const first = await activityOf(admin, person);
    const [late = ''] = await jira.add({ updated: inMarch });

    await advance(4 * 60 + 50);
    const fresh = await watched([jira, github], () => activityOf(admin, person));
    await advance(20);
    const next = await watched([jira, github], () => activityOf(admin, person));

    expect([fresh.calls.length, fresh.answer]).toEqual([0, first]);
    expect([next.calls.length, ticketKeys(next.answer)]).toEqual([2, [...keys, late].toSorted()]);
    const times = [first, next.answer].map(({ sources }) => Date.parse(sources[0]?.fetchedAt ?? ''));
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(310_000);
  });

  it('what a provider last said is shown stale for a day while it is down, and then no longer', async () => {
    const { person, jira, github, keys, names } = await linkedToBoth();
    const before = await activityOf(admin, person);
    await jira.fault({ times: 99, act: { kind: 'answer', status: 403 } });

    await advance(3600);
    const soon = await activityOf(admin, person);
    await advance(22 * 3600);
    const late = await activityOf(admin, person);
    await advance(2 * 3600);
    const tooLate = await activityOf(admin, person);

    const told = [soon, late, tooLate].map(({ sources }) => {
      const { status, code, fetchedAt } =
        sources.find(({ integrationId }) => integrationId === jira.integrationId) ?? {};
      return [status, code, fetchedAt];
    });
    const kept = before.sources.find(({ integrationId }) => integrationId === jira.integrationId);
    expect(told).toEqual([
      ['stale', 'provider_forbidden', kept?.fetchedAt],
      ['stale', 'provider_forbidden', kept?.fetchedAt],
      ['failed', 'provider_forbidden', undefined],
    ]);
    expect([soon, late, tooLate].map((shown) => ticketKeys(shown))).toEqual([keys, keys, []]);
    expect([soon, late, tooLate].map((shown) => pullNames(shown))).toEqual([names, names, names]);
    expect(tooLate.metrics.tickets.total).toBe(0);
    expect(github.integrationId).toBe(tooLate.sources.find(({ status }) => status === 'ok')?.integrationId);
  });
});
