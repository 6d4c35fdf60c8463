import { beforeAll, describe, expect, it } from 'vitest';
import { company } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  control,
  type GithubAccount,
  type JiraSite,
} from '../support/standins.ts';
import { entity, githubUser, jiraPerson, newWord } from './asking.ts';

const { admin, member } = company();
const word = newWord();
let site: JiraSite;
let account: GithubAccount;
let jira: string;
let github: string;
let ada: string;
let repository: string;

beforeAll(async () => {
  site = await aJiraSite({ projects: [{ key: 'OLD' }, { key: 'NEW' }] });
  account = await aGithubAccount();
  ada = await jiraPerson(site, { displayName: 'Ada Lovelace', email: 'ada@people.example' });
  await site.control('POST', '/issues', { issues: [{ project: 'OLD', summary: 'Moves house' }] });
  await githubUser({ login: `Octo-${word}`, name: 'Ottavia', email: `octo@${word}.example` });
  await control('github', 'POST', 'organizations', { login: `${word}-corp` });
  repository = `Octo-${word}/Shop`;
  await control('github', 'POST', 'repositories', { repository });
  await control('github', 'POST', 'pulls', {
    repository,
    author: `Octo-${word}`,
    title: 'A pull',
    state: 'draft',
  });
  await control('github', 'POST', 'issues', { repository, author: `Octo-${word}`, title: 'An issue' });
  jira = (await connectedJira(admin, site)).id;
  github = (await connectedGithub(admin, account)).id;
});

describe('one entity', () => {
  it('is a person of Jira, by account id', async () => {
    const reply = await entity(member, jira, 'person', ada);

    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(reply.body).toEqual({
      entity: {
        id: ada,
        type: 'person',
        title: 'Ada Lovelace',
        email: 'ada@people.example',
        url: `${site.baseUrl}/jira/people/${encodeURIComponent(ada)}`,
        metadata: { active: true, avatarUrl: expect.stringMatching(/^https:/) },
      },
    });
  });

  it('is an issue of Jira, by any key it had, under the one it has', async () => {
    const before = await entity(admin, jira, 'issue', 'OLD-1');
    await site.control('PATCH', '/issues/OLD-1', { project: 'NEW' });

    const after = await entity(admin, jira, 'issue', 'OLD-1');

    expect(before.body.entity).toMatchObject({ id: 'OLD-1', title: 'Moves house' });
    expect(after.body.entity).toMatchObject({ id: 'NEW-1', url: `${site.baseUrl}/browse/NEW-1` });
  });

  it('is a person of GitHub, by login in any letters, under the one that is written there', async () => {
    const reply = await entity(member, github, 'person', `OCTO-${word}`);

    expect(reply.body.entity).toEqual({
      id: `Octo-${word}`,
      type: 'person',
      title: 'Ottavia',
      email: `octo@${word}.example`,
      url: `https://github.com/Octo-${word}`,
      metadata: { login: `Octo-${word}`, avatarUrl: expect.stringMatching(/^https:/) },
    });
  });

  it.each([
    [
      'repository',
      () => repository,
      { title: `Octo-${word}/Shop`, url: `https://github.com/Octo-${word}/Shop` },
    ],
    ['pull_request', () => `${repository}#1`, { title: 'A pull', url: expect.stringMatching(/\/pull\/1$/) }],
    ['issue', () => `${repository}#2`, { title: 'An issue', url: expect.stringMatching(/\/issues\/2$/) }],
  ])('is a %s of GitHub', async (type, id, expected) => {
    const reply = await entity(admin, github, type, id());

    expect(reply.status).toBe(200);
    expect(reply.body.entity).toMatchObject({ id: id(), type, ...expected });
  });

  it.each(['repository', 'pull_request', 'issue'])(
    'of GitHub has one id in any letters: %s',
    async (type) => {
      const id = { repository, pull_request: `${repository}#1`, issue: `${repository}#2` }[type] ?? '';

      const reply = await entity(admin, github, type, id.toLowerCase());

      expect(reply.body.entity?.id).toBe(id);
    },
  );
});

describe('an entity that the provider does not know is 404', () => {
  it.each([
    ['jira', 'person', '712020:00000000-0000-4000-8000-000000000000'],
    ['jira', 'issue', 'OLD-4711'],
    ['github', 'person', `nobody-${word}`],
    ['github', 'person', `${word}-corp`],
    ['github', 'repository', `nobody-${word}/nothing`],
    ['github', 'pull_request', 'acme-corp/ops-tools#999999'],
    ['github', 'issue', 'acme-corp/web-shop#1'],
  ])('%s %s %s', async (provider, type, externalId) => {
    const reply = await entity(member, provider === 'jira' ? jira : github, type, externalId);

    expect([reply.status, reply.body.code]).toEqual([404, 'not_found']);
    expect(reply.text).not.toContain(externalId);
  });

  it('also where the number is one of the other kind', async () => {
    const replies = [
      await entity(member, github, 'issue', `${repository}#1`),
      await entity(member, github, 'pull_request', `${repository}#2`),
    ];

    expect(replies.map(({ status }) => status)).toEqual([404, 404]);
  });
});
