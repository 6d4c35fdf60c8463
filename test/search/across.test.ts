import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Caller, caller, company } from '../support/api.ts';
import { aGoogleCalendar } from '../support/calendars.ts';
import {
  aGithubAccount,
  aJiraSite,
  connected,
  connectedGithub,
  connectedJira,
  control,
  type JiraSite,
} from '../support/standins.ts';

/** One search of everything that is connected. */

type Source = { integrationId: string; status: string; code?: string };
type Found = { id: string; type: string; title: string; integrationId: string };

const across = async (who: Caller, body: object): Promise<{ items: Found[]; sources: Source[] }> => {
  const reply = await who.post('/search', body);
  if (reply.status !== 200) throw new Error(`search: ${reply.status} ${reply.text}`);
  return reply.body;
};

const word = (): string => `w${randomUUID().slice(0, 8)}`;

const aSite = async (text: string, issues = 1): Promise<JiraSite> => {
  const site = await aJiraSite({ users: [{ displayName: `Ada ${text}`, email: `${text}@acme.example` }] });
  await site.control('POST', '/issues', { count: issues, template: { summary: `${text} {n}` } });
  return site;
};

const sites = async (admin: Caller, text: string, count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const site = await aSite(text);
      return { site, id: (await connectedJira(admin, site, 'organization', { name: word() })).id as string };
    }),
  );

const outcomes = (sources: readonly Source[]) =>
  Object.fromEntries(sources.map(({ integrationId, status, code }) => [integrationId, { status, code }]));

describe('a search across integrations', () => {
  it('answers in time with four of six sources when one hangs and one is late', async () => {
    const admin = caller();
    const text = word();
    const all = await sites(admin, text, 6);
    const [late, , hanging] = all;
    await late?.site.fault({ times: 50, act: { kind: 'delay', ms: 4_000 } });
    await hanging?.site.fault({ times: 50, act: { kind: 'hang' } });

    const begun = performance.now();
    const { items, sources } = await across(admin, { query: text, types: ['issue'] });
    const took = performance.now() - begun;

    const others = all.filter((one) => one !== hanging && one !== late).map(({ id }) => id);
    const timedOut = { status: 'timed_out', code: 'deadline_exceeded' };
    expect(outcomes(sources)).toEqual({
      ...Object.fromEntries(others.map((id) => [id, { status: 'ok', code: undefined }])),
      [late?.id ?? '']: timedOut,
      [hanging?.id ?? '']: timedOut,
    });
    expect(items.map(({ integrationId }) => integrationId).toSorted()).toEqual(others.toSorted());
    expect(items.map(({ title }) => title)).toEqual(others.map(() => `${text} 1`));
    // The deadline is what this is about: two seconds, and what a busy machine adds.
    expect(took).toBeLessThan(6_000);
  });

  it('tells of a source that fails, of one that is disabled and of one that needs a person', async () => {
    const admin = caller();
    const text = word();
    const [fine, failing, disabled, rejected] = await sites(admin, text, 4);
    await failing?.site.fault({ times: 50, act: { kind: 'answer', status: 403 } });
    const { version } = (await admin.get(`/integrations/${disabled?.id}`)).body.integration;
    await admin.patch(`/integrations/${disabled?.id}`, { enabled: false, version });
    await rejected?.site.control('DELETE', `/tokens/${rejected.site.apiToken}`);
    const asked = (await disabled?.site.calls())?.length;

    const { items, sources } = await across(admin, { query: text, types: ['issue'] });

    expect(outcomes(sources)).toEqual({
      [fine?.id ?? '']: { status: 'ok', code: undefined },
      [failing?.id ?? '']: { status: 'failed', code: 'provider_forbidden' },
      [disabled?.id ?? '']: { status: 'failed', code: 'integration_disabled' },
      [rejected?.id ?? '']: { status: 'failed', code: 'needs_reauth' },
    });
    expect(items.map(({ integrationId }) => integrationId)).toEqual([fine?.id]);
    expect((await disabled?.site.calls())?.length).toBe(asked);
    expect((await admin.get(`/integrations/${rejected?.id}`)).body.integration.status).toBe('needs_reauth');
  });

  it('finds all types in all kinds of providers, each named with where it is from', async () => {
    const admin = caller();
    const text = word();
    const jira = await connectedJira(admin, await aSite(text));
    const account = await aGithubAccount({ name: text }, ['repo']);
    const repository = `${account.login}/${text}`;
    await control('github', 'POST', 'repositories', { repository });
    await control('github', 'POST', 'pulls', { repository, author: account.login, title: `${text} change` });
    const github = await connectedGithub(admin, account);
    const calendar = await aGoogleCalendar();
    const start = { dateTime: new Date(Date.now() + 86_400_000).toISOString() };
    await calendar.add({ summary: `${text} meeting`, start, end: start });
    const { id: google } = await connected(admin, 'google_calendar', calendar.connection, 'organization', {
      auth: calendar.auth,
    });

    const { items, sources } = await across(admin, { query: text, limit: 50 });

    expect(sources.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
    const kinds = new Set(items.map(({ type, integrationId }) => `${type} ${integrationId}`));
    for (const kind of [
      `person ${jira.id}`,
      `issue ${jira.id}`,
      `repository ${github.id}`,
      `pull_request ${github.id}`,
      `event ${google}`,
    ])
      expect(kinds).toContain(kind);
  });

  it('asks only those that have the types that are wanted', async () => {
    const admin = caller();
    const text = word();
    const jira = await connectedJira(admin, await aSite(text));
    const calendar = await aGoogleCalendar();
    const { id } = await connected(admin, 'google_calendar', calendar.connection, 'organization', {
      auth: calendar.auth,
    });
    const asked = (await calendar.calls()).length;

    const { items, sources } = await across(admin, { query: text, types: ['person'] });

    expect(outcomes(sources)).toEqual({
      [jira.id]: { status: 'ok', code: undefined },
      [id]: { status: 'skipped', code: undefined },
    });
    expect(items.map(({ type }) => type)).toEqual(['person']);
    expect((await calendar.calls()).length).toBe(asked);
  });

  it('gives no more than it was asked for, of each source in turn', async () => {
    const admin = caller();
    const text = word();
    const [many, few] = [await aSite(text, 30), await aSite(text, 2)];
    const { id: first } = await connectedJira(admin, many);
    const { id: second } = await connectedJira(admin, few);

    const { items } = await across(admin, { query: text, types: ['issue'], limit: 6 });

    const of = (id: string) => items.filter(({ integrationId }) => integrationId === id).length;
    expect({ all: items.length, first: of(first), second: of(second) }).toEqual({
      all: 6,
      first: 4,
      second: 2,
    });
  });

  it('is of the caller’s own and the organisation’s, and of nobody else’s', async () => {
    const { admin, member, stranger } = company();
    const text = word();
    const { id: shared } = await connectedJira(admin, await aSite(text));
    const { id: own } = await connectedJira(member, await aSite(text), 'user');

    const ids = async (who: Caller) =>
      (await across(who, { query: text, types: ['issue'] })).sources
        .map((one) => one.integrationId)
        .toSorted();

    expect(await ids(member)).toEqual([String(shared), String(own)].toSorted());
    expect(await ids(admin)).toEqual([shared]);
    expect(await across(stranger, { query: text })).toEqual({ items: [], sources: [] });
  });

  it.each([
    {},
    { query: '' },
    { query: 'a', limit: 101 },
    { query: 'a', types: ['thing'] },
    { query: 'a', types: [] },
  ])('is refused with %j', async (body) => {
    expect((await caller().post('/search', body)).status).toBe(400);
  });
});
