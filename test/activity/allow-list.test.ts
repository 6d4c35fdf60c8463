import { beforeEach, describe, expect, it } from 'vitest';
import { type Caller, caller, newId } from '../support/api.ts';
import { aGithubAccount, connectedGithub, control } from '../support/standins.ts';
import {
  activityOf,
  aLogin,
  anOwner,
  aRepository,
  inJira,
  inMarch,
  linked,
  pullNames,
  pulls,
  refreshed,
  searchesOf,
  ticketKeys,
  watched,
} from './people.ts';

const allow = async (admin: Caller, ...githubOrganizations: string[]): Promise<void> => {
  const reply = await admin.put('/policy', { githubOrganizations });
  if (reply.status !== 200) throw new Error(`policy: ${reply.status} ${reply.text}`);
};

/** Somebody with pull requests at three owners. */
const contributor = async (admin: Caller, person: string) => {
  const account = await aGithubAccount();
  const { id: integrationId } = (await connectedGithub(admin, account)) as { id: string };
  const login = await aLogin();
  await linked(admin, person, integrationId, login);
  const at = async (count: number, state: string) => {
    const owner = await anOwner();
    const times = { created: inMarch, closed: inMarch, updated: inMarch };
    return { owner, names: await pulls(await aRepository(owner), login, { count, state, ...times }) };
  };
  return {
    ...account,
    integrationId,
    author: login,
    red: await at(2, 'merged'),
    blue: await at(3, 'closed'),
    green: await at(4, 'draft'),
  };
};

let admin: Caller;
let person: string;
let github: Awaited<ReturnType<typeof contributor>>;
beforeEach(async () => {
  admin = caller();
  person = newId('person');
  github = await contributor(admin, person);
});

describe('the GitHub allow-list', () => {
  it('is empty at first, and then everything counts', async () => {
    const { red, blue, green } = github;

    const { answer, calls } = await watched([github], () => activityOf(admin, person));

    expect(pullNames(answer)).toEqual([...red.names, ...blue.names, ...green.names].toSorted());
    expect(answer.metrics.pullRequests).toEqual({ open: 4, merged: 2, closed: 3, total: 9 });
    expect(searchesOf(calls).join()).not.toMatch(/(org|user|repo):/);
  });

  it('with one owner shows and counts only theirs, asked for in the query itself', async () => {
    await allow(admin, github.blue.owner);

    const { answer, calls } = await watched([github], () => activityOf(admin, person));

    expect(pullNames(answer)).toEqual(github.blue.names.toSorted());
    expect(answer.metrics.pullRequests).toEqual({ open: 0, merged: 0, closed: 3, total: 3 });
    expect(searchesOf(calls)).toEqual([expect.stringMatching(`(^| )org:${github.blue.owner}( |$)`)]);
  });

  it('with several owners shows and counts those of each', async () => {
    const { red, green } = github;
    await allow(admin, green.owner, red.owner);

    const { answer, calls } = await watched([github], () => activityOf(admin, person));

    expect(pullNames(answer)).toEqual([...red.names, ...green.names].toSorted());
    expect(answer.metrics.pullRequests).toEqual({ open: 4, merged: 2, closed: 0, total: 6 });
    const asked = searchesOf(calls).join(' ');
    expect(asked).toContain(`org:${red.owner}`);
    expect(asked).toContain(`org:${green.owner}`);
    expect(asked).not.toContain(github.blue.owner);
  });

  it('takes owners as GitHub does, whatever their case', async () => {
    await allow(admin, github.red.owner.toUpperCase());

    const shown = await activityOf(admin, person);

    expect(pullNames(shown)).toEqual(github.red.names.toSorted());
  });

  it('takes effect at once when it changes, whatever is cached', async () => {
    const { red, blue, green } = github;
    const shownFor = async (...owners: string[]): Promise<string[]> => {
      await allow(admin, ...owners);
      return pullNames(await activityOf(admin, person));
    };

    const unlimited = await shownFor();
    const narrow = await shownFor(red.owner);
    const other = await shownFor(blue.owner);
    const unlimitedAgain = await shownFor();

    const all = [...red.names, ...blue.names, ...green.names].toSorted();
    expect([unlimited, narrow, other, unlimitedAgain]).toEqual([all, red.names, blue.names, all]);
  });

  it('never shows what it excludes from the cache while GitHub is down', async () => {
    await activityOf(admin, person);
    await allow(admin, github.red.owner);
    await github.fault({ times: 3, act: { kind: 'answer', status: 500 } });

    const { items, sources } = await activityOf(admin, person);

    expect(items).toEqual([]);
    expect(sources.map(({ status, code }) => [status, code])).toEqual([['failed', 'provider_error']]);
  });

  it('may name an owner this token cannot see, and the others are shown all the same', async () => {
    await allow(admin, 'nobody-has-this-name', github.red.owner);

    const { items, sources } = await activityOf(admin, person);

    expect(pullNames({ items })).toEqual(github.red.names);
    expect(sources.map(({ status }) => status)).toEqual(['ok']);
  });

  it('of owners this token can see none of fails the source and says so', async () => {
    await allow(admin, 'nobody-has-this-name', 'nor-this');

    const { items, sources, degraded } = await activityOf(admin, person);

    expect(items).toEqual([]);
    expect(sources.map(({ status, code }) => [status, code])).toEqual([['failed', 'provider_not_found']]);
    expect(degraded).toBe(true);
  });

  it('does not hide what happened when the search of one owner fails', async () => {
    await allow(admin, github.red.owner, github.blue.owner);
    await github.fault({ times: 3, act: { kind: 'answer', status: 502 } });

    const { items, sources } = await activityOf(admin, person);

    expect(items).toEqual([]);
    expect(sources.map(({ status, code }) => [status, code])).toEqual([['failed', 'provider_error']]);
  });

  it('leaves private repositories to the token', async () => {
    const { owner, names } = github.red;
    await aRepository(`${owner}`, { repository: `${owner}/hidden`, private: true });
    await pulls(`${owner}/hidden`, github.author, { count: 2, created: inMarch });
    await allow(admin, owner);

    const before = await activityOf(admin, person);
    await control('github', 'POST', 'organizations', { login: owner, members: [{ login: github.login }] });
    const after = await activityOf(admin, person, refreshed);

    expect(pullNames(before)).toEqual(names);
    expect(after.metrics.pullRequests.total).toBe(names.length + 2);
  });

  it('is nothing to Jira', async () => {
    const jira = await inJira(admin, person);
    const keys = await jira.add({ updated: inMarch });
    await allow(admin, github.red.owner);

    const shown = await activityOf(admin, person);

    expect(ticketKeys(shown)).toEqual(keys);
    expect(pullNames(shown)).toEqual(github.red.names);
  });

  it('of one organisation is nothing to another', async () => {
    const elsewhere = caller();
    const { id } = (await connectedGithub(elsewhere, github)) as { id: string };
    await linked(elsewhere, person, id, github.author);
    await allow(admin, github.red.owner);

    const shown = await activityOf(elsewhere, person);

    expect(shown.metrics.pullRequests.total).toBe(9);
  });
});
