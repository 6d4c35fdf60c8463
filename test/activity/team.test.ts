import { beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller, newId } from '../support/api.ts';
import { aJiraSite, connectedJira, control, type JiraSite } from '../support/standins.ts';
import {
  activityOf,
  inGithub,
  inJira,
  inMarch,
  linked,
  march,
  pullInMarch,
  pulls,
  type ShownTeam,
  teamOf,
  watched,
} from './people.ts';

type Answer = Exclude<ShownTeam[number], { code: string }>;
const asShown = (persons: ShownTeam): Answer[] => persons.map((person) => person as Answer);

/** Fifty people of one site, linked by their addresses; the nth has n % 4 tickets. */
const people = Array.from({ length: 50 }, (_, place) => ({
  person: newId(`person${place}`),
  accountId: newId('712020'),
  email: `p${place}@team.example`,
  tickets: place % 4,
}));

let admin: Caller;
let jira: JiraSite;
let github: Awaited<ReturnType<typeof inGithub>>;
const lead = people[7]?.person ?? '';
beforeAll(async () => {
  admin = caller();
  jira = await aJiraSite({
    users: people.map(({ accountId, email }) => ({ displayName: email, accountId, email })),
  });
  const { id: integrationId } = (await connectedJira(admin, jira)) as { id: string };
  const candidates = people.map(({ person, email }) => ({ entity: { type: 'Person', id: person }, email }));
  await admin.post('/links/bulk', { integrationId, candidates });
  await jira.control('POST', '/issues', {
    issues: people.flatMap(({ accountId, tickets }) =>
      Array.from({ length: tickets }, () => ({ assignee: accountId, updated: inMarch })),
    ),
  });
  github = await inGithub(admin, lead);
  await github.add({ ...pullInMarch, count: 5 });
});

const ids = people.map(({ person }) => person);

describe('activity of fifty persons', () => {
  it('comes in the order asked, with one provider call per linked account', async () => {
    const { answer, calls } = await watched([jira, github], () => teamOf(admin, ids.toReversed()));

    const persons = asShown(answer).toReversed();
    expect(persons.map(({ personId }) => personId)).toEqual(ids);
    expect(persons.map(({ metrics }) => metrics.tickets.total)).toEqual(people.map(({ tickets }) => tickets));
    expect(persons.every(({ linked: isLinked, degraded }) => isLinked && !degraded)).toBe(true);
    const totals = persons.map(({ metrics }) => metrics.pullRequests.total);
    expect(totals).toEqual(ids.map((id) => (id === lead ? 5 : 0)));
    expect(calls).toHaveLength(50 + 1);
  });

  it('is the same as each of them alone, and both share the cache', async () => {
    const team = await teamOf(admin, ids.slice(0, 10));

    const { answer, calls } = await watched([jira, github], () =>
      Promise.all([teamOf(admin, ids.slice(0, 10)), activityOf(admin, lead)]),
    );

    const [again, alone] = answer;
    expect(again).toEqual(team);
    expect({ personId: lead, ...alone }).toEqual(team[7]);
    expect(calls).toEqual([]);
  });

  it('has a person who is asked for twice once, where they came first', async () => {
    const [one = '', two = '', three = ''] = ids;

    const persons = await teamOf(admin, [two, one, two, three, one]);

    expect(persons.map(({ personId }) => personId)).toEqual([two, one, three]);
  });

  it('takes fifty names, duplicates included, and no more', async () => {
    const ask = (personIds: unknown) => admin.post('/activity', { personIds, ...march });

    const replies = await Promise.all([ask(ids), ask([...ids, newId('person')]), ask([...ids, ids[0]])]);

    expect(replies.map(({ status }) => status)).toEqual([200, 400, 400]);
    expect(replies[1]?.body.errors).toEqual([{ path: 'personIds', message: 'must have at most 50 entries' }]);
  });

  it('shows persons who are unknown or not linked with nothing', async () => {
    const stranger = newId('person');

    const persons = await teamOf(admin, [stranger, lead]);

    expect(persons[0]).toMatchObject({ personId: stranger, linked: false, items: [], sources: [] });
    expect(persons[1]).toMatchObject({ personId: lead, linked: true });
  });

  it('takes the allow-list of the policy', async () => {
    const elsewhere = caller();
    const [one, two] = [newId('person'), newId('person')];
    const first = await inGithub(elsewhere, one);
    await linked(elsewhere, two, first.integrationId, github.author);
    await first.add(pullInMarch);
    await pulls(first.repository, github.author, pullInMarch);
    const githubOrganizations = [first.repository.split('/')[0]];
    await elsewhere.put('/policy', { githubOrganizations });

    const persons = asShown(await teamOf(elsewhere, [one, two]));

    expect(persons.map(({ metrics }) => metrics.pullRequests.total)).toEqual([1, 1]);
  });
});

describe('one failure', () => {
  it('does not fail the others: whose account no longer exists, whose provider is down', async () => {
    const by = caller();
    const [fine, gone, down] = [newId('person'), newId('person'), newId('person')];
    const good = await inGithub(by, fine);
    const bad = await inJira(by, down);
    const login = newId('left').replace('_', '-');
    await control('github', 'POST', 'users', { login });
    await linked(by, gone, good.integrationId, login);
    await good.add(pullInMarch);
    await control('github', 'POST', 'users/rename', { login, to: `${login}x` });
    await bad.fault({ times: 99, act: { kind: 'answer', status: 500 } });

    const persons = asShown(await teamOf(by, [gone, fine, down]));

    const told = persons.map(({ sources }) => sources.map(({ status, code }) => [status, code]));
    expect(told).toEqual([
      [['failed', 'provider_not_found']],
      [['ok', undefined]],
      [['failed', 'provider_error']],
    ]);
    expect(persons.map(({ degraded }) => degraded)).toEqual([true, false, true]);
    expect(persons.map(({ metrics }) => metrics.pullRequests.total)).toEqual([0, 1, 0]);
  });

  it("of GitHub's thirty searches a minute leaves who came first, and says why of the rest", async () => {
    const by = caller();
    const persons = Array.from({ length: 35 }, () => newId('person'));
    const first = await inGithub(by, persons[0] ?? '');
    for (const person of persons.slice(1)) await linked(by, person, first.integrationId, first.author);
    await first.add(pullInMarch);
    await control('github', 'POST', 'rate-limits', {
      resource: 'search',
      token: first.token,
      limit: 30,
      remaining: 30,
    });

    const shown = asShown(await teamOf(by, persons));

    const told = shown.map(({ sources }) => sources.map(({ status, code }) => code ?? status).join());
    expect(told.filter((one) => one === 'ok')).toHaveLength(30);
    expect(told.filter((one) => one === 'provider_rate_limited')).toHaveLength(5);
    expect(shown.map(({ metrics }) => metrics.pullRequests.total).toSorted((a, b) => a - b)).toEqual([
      ...Array<number>(5).fill(0),
      ...Array<number>(30).fill(1),
    ]);
  });

  it('of revoked credentials is told to each person, and moves the integration once', async () => {
    const by = caller();
    const persons = Array.from({ length: 8 }, () => newId('person'));
    const first = await inGithub(by, persons[0] ?? '');
    for (const person of persons.slice(1)) await linked(by, person, first.integrationId, first.author);
    await control('github', 'POST', 'tokens/revoke', { token: first.token });

    const shown = asShown(await teamOf(by, persons));

    const codes = shown.flatMap(({ sources }) => sources.map(({ code }) => code));
    expect(codes).toEqual(persons.map(() => 'needs_reauth'));
    const { body } = await by.get('/audit?action=integration.health_changed');
    expect(body.events).toHaveLength(1);
  });
});
