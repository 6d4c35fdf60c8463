import { beforeAll, describe, expect, it } from 'vitest';
import { during, githubUser, jiraPerson, newWord } from '../search/asking.ts';
import { caller, company, newId } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  control,
  type GithubAccount,
  type JiraSite,
} from '../support/standins.ts';
import { linked, linksOf, linksTo, time } from './linking.ts';

const { admin, member } = company();
const colleague = caller({ organizationId: admin.organizationId, role: 'member' });
const word = newWord();
let site: JiraSite;
let account: GithubAccount;
let jira: string;
let github: string;

beforeAll(async () => {
  site = await aJiraSite({ projects: [{ key: 'OLD' }, { key: 'NEW' }] });
  account = await aGithubAccount();
  jira = (await connectedJira(admin, site)).id;
  github = (await connectedGithub(admin, account)).id;
});

const refresh = (id: string, who = member) => who.post(`/links/${id}/refresh`);

/** A link to somebody new at Jira. */
const toPerson = async (user: object = {}) => {
  const person = await jiraPerson(site, {
    displayName: 'First Name',
    email: `${newWord()}@people.example`,
    ...user,
  });
  return { person, made: await linked(member, jira, { type: 'person', id: person }) };
};

describe('refreshing a link', () => {
  it('takes over what Jira says of the person by now, and nothing else changes', async () => {
    const { person, made } = await toPerson();
    const change = { displayName: 'Second Name', email: 'second@people.example', active: false };
    await site.control('PATCH', `/users/${person}`, change);

    const reply = await refresh(made.id, colleague);

    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      link: {
        ...made,
        external: {
          ...made.external,
          title: 'Second Name',
          email: 'second@people.example',
          metadata: { active: false, avatarUrl: expect.stringMatching(/^https:\/\/secure\.gravatar\.com\//) },
        },
      },
    });
    expect(reply.body.link.external.metadata.avatarUrl).not.toBe(made.external.metadata.avatarUrl);
    expect((await linksOf(admin, made.entity)).body).toEqual({ links: [reply.body.link], degraded: false });
    expect((await linksTo(admin, jira, 'person', person)).body).toEqual({
      links: [reply.body.link],
      degraded: false,
    });
  });

  it('drops an address that is hidden by now', async () => {
    const { person, made } = await toPerson();
    await site.control('PATCH', `/users/${person}`, { emailVisible: false });

    const { body } = await refresh(made.id);

    expect(made.external.email).toMatch(/@people\.example$/);
    expect(body.link.external).not.toHaveProperty('email');
  });

  it('takes over the state of an issue', async () => {
    await site.control('POST', '/issues', { issues: [{ project: 'OLD', summary: 'Before' }] });
    const made = await linked(
      admin,
      jira,
      { type: 'issue', id: 'OLD-1' },
      { type: 'Task', id: newId('task') },
    );
    await site.control('PATCH', '/issues/OLD-1', { summary: 'After', status: 'Done' });

    const { body } = await refresh(made.id);

    expect(made.external).toMatchObject({ title: 'Before', metadata: { statusCategory: 'new' } });
    expect(body.link.external).toMatchObject({ title: 'After', metadata: { statusCategory: 'done' } });
  });

  it('follows an issue to where it was moved, under the id it was linked by', async () => {
    await site.control('POST', '/issues', { issues: [{ project: 'OLD', summary: 'Moves' }] });
    const made = await linked(
      admin,
      jira,
      { type: 'issue', id: 'OLD-2' },
      { type: 'Task', id: newId('task') },
    );
    await site.control('PATCH', '/issues/OLD-2', { project: 'NEW' });

    const { status, body } = await refresh(made.id);

    expect([status, body.link.id, body.link.external.id]).toEqual([200, made.id, 'OLD-2']);
    expect(body.link.external.url).toMatch(/\/browse\/NEW-\d+$/);
    expect((await linksTo(admin, jira, 'issue', 'OLD-2')).body.links).toEqual([body.link]);
  });

  it('follows a renamed repository', async () => {
    await githubUser({ login: word });
    await control('github', 'POST', 'repositories', { repository: `${word}/before`, description: 'Shop' });
    const external = { type: 'repository', id: `${word}/before` };
    const made = await linked(admin, github, external, { type: 'Team', id: newId('team') });
    await control('github', 'POST', 'repositories/rename', { repository: `${word}/before`, to: 'after' });

    const { status, body } = await refresh(made.id);

    expect([status, body.link.id, body.link.state]).toEqual([200, made.id, 'ok']);
    expect(body.link.external).toMatchObject({
      title: `${word}/after`,
      url: `https://github.com/${word}/after`,
    });
  });

  it('marks it missing where the provider no longer knows it, keeps what was known, and finds it again', async () => {
    await site.control('POST', '/issues', { issues: [{ project: 'OLD', summary: 'Comes and goes' }] });
    const made = await linked(
      admin,
      jira,
      { type: 'issue', id: 'OLD-3' },
      { type: 'Task', id: newId('task') },
    );
    await site.fault({ times: 1, match: { path: 'OLD-3' }, act: { kind: 'answer', status: 404, body: {} } });

    const gone = await refresh(made.id);
    const listed = await linksOf(member, made.entity);
    const back = await refresh(made.id);

    expect([gone.status, gone.body]).toEqual([200, { link: { ...made, state: 'missing' } }]);
    expect(listed.body).toEqual({ links: [{ ...made, state: 'missing' }], degraded: false });
    expect(back.body).toEqual({ link: made });
  });

  it('marks the login of a renamed user missing', async () => {
    await githubUser({ login: `${word}-x` });
    const made = await linked(admin, github, { type: 'person', id: `${word}-x` });
    await control('github', 'POST', 'users/rename', { login: `${word}-x`, to: `${word}-y` });

    const reply = await refresh(made.id);

    expect([reply.status, reply.body.link.state]).toEqual([200, 'missing']);
  });

  it.each([
    [{ kind: 'answer', status: 500 }, 3, 502, 'provider_error'],
    [{ kind: 'answer', status: 403 }, 1, 422, 'provider_forbidden'],
    [{ kind: 'answer', status: 429, headers: { 'retry-after': '9' } }, 1, 503, 'provider_rate_limited'],
    [{ kind: 'answer', status: 200, body: {} }, 1, 502, 'provider_error'],
    [{ kind: 'reset' }, 3, 503, 'provider_unreachable'],
  ] as const)('changes nothing where the provider fails: %j', async (act, times, status, code) => {
    const { person, made } = await toPerson();
    await site.control('PATCH', `/users/${person}`, { displayName: 'Second Name' });
    await site.fault({ times, match: { path: '/user$' }, act });

    const reply = await refresh(made.id);

    expect([reply.status, reply.body.code]).toEqual([status, code]);
    expect((await member.get(`/links/${made.id}`)).body).toEqual({ link: made });
  });

  it('asks the provider once, and is in the audit', async () => {
    const { made } = await toPerson();

    const { result, calls } = await during(site, () => refresh(made.id, colleague));

    expect([result.status, calls.length]).toEqual([200, 1]);
    const { events } = (await admin.get(`/audit?action=link.refreshed&target=${made.id}`)).body;
    expect(events).toMatchObject([{ actor: colleague.userId, provider: 'jira', outcome: 'ok', at: time }]);
  });

  it('does not bring back a link that is removed meanwhile', async () => {
    const { made } = await toPerson();
    await site.fault({ times: 1, match: { path: '/user$' }, act: { kind: 'delay', ms: 400 } });

    const late = refresh(made.id);
    await expect.poll(async () => (await site.calls()).at(-1)?.path).toMatch(/\/user$/);
    const removed = await member.delete(`/links/${made.id}`);

    expect(removed.status).toBe(204);
    expect((await late).status).toBe(404);
    expect((await linksOf(admin, made.entity)).body.links).toEqual([]);
  });
});
