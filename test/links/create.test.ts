import { beforeAll, describe, expect, it } from 'vitest';
import { during, githubUser, jiraPerson, newWord } from '../search/asking.ts';
import { company } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  type GithubAccount,
  type JiraSite,
} from '../support/standins.ts';
import { aPerson, link, linkId, linkIds, linksOf, time } from './linking.ts';

const { admin, member } = company();
const word = newWord();
const octo = `Octo-${word}`;
let site: JiraSite;
let account: GithubAccount;
let jira: string;
let github: string;
let ada: string;

beforeAll(async () => {
  site = await aJiraSite();
  account = await aGithubAccount();
  ada = await jiraPerson(site, { displayName: 'Ada Lovelace', email: 'ada@people.example' });
  await githubUser({ login: octo, name: 'Ottavia', email: `octo@${word}.example` });
  jira = (await connectedJira(admin, site, 'organization', { name: `Work ${word}` })).id;
  github = (await connectedGithub(admin, account)).id;
});

describe('a link', () => {
  it('holds what Jira says of the person, and answers 201 with all of it', async () => {
    const entity = aPerson();

    const reply = await link(member, jira, { type: 'person', id: ada }, entity);

    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      link: {
        id: linkId,
        entity,
        integration: { id: jira, name: `Work ${word}`, provider: 'jira', scope: 'organization' },
        external: {
          type: 'person',
          id: ada,
          title: 'Ada Lovelace',
          email: 'ada@people.example',
          url: `${site.baseUrl}/jira/people/${encodeURIComponent(ada)}`,
          metadata: { active: true, avatarUrl: expect.stringMatching(/^https:\/\/secure\.gravatar\.com\//) },
        },
        state: 'ok',
        createdAt: time,
        createdBy: member.userId,
      },
    });
  });

  it('holds what GitHub says of the person', async () => {
    const reply = await link(admin, github, { type: 'person', id: octo });

    expect(reply.body.link.external).toEqual({
      type: 'person',
      id: octo,
      title: 'Ottavia',
      email: `octo@${word}.example`,
      url: `https://github.com/${octo}`,
      metadata: {
        login: octo,
        avatarUrl: expect.stringMatching(/^https:\/\/avatars\.githubusercontent\.com\//),
      },
    });
  });

  it.each(['title', 'email', 'url', 'metadata', 'state', 'createdBy'])(
    'takes no word of the caller for %s',
    async (name) => {
      const entity = aPerson();
      const external = { type: 'person', id: ada, [name]: 'https://evil.example' };

      const { result, calls } = await during(site, () => link(admin, jira, external, entity));

      expect([result.status, result.body.errors]).toEqual([
        400,
        [{ path: `external.${name}`, message: 'is not a known field' }],
      ]);
      expect([calls, linkIds(await linksOf(admin, entity))]).toEqual([[], []]);
    },
  );

  it('of one’s own integration is one’s own', async () => {
    const { id } = await connectedJira(member, site, 'user');

    const reply = await link(member, id, { type: 'person', id: ada });

    expect(reply.status).toBe(201);
    expect(reply.body.link).toMatchObject({
      integration: { id, name: 'Jira', provider: 'jira', scope: 'user' },
      createdBy: member.userId,
    });
  });

  it.each([
    [{ kind: 'answer', status: 500 }, 3, 502, 'provider_error'],
    [{ kind: 'answer', status: 200, body: { accountId: 7 } }, 1, 502, 'provider_error'],
    [{ kind: 'answer', status: 403 }, 1, 422, 'provider_forbidden'],
    [{ kind: 'answer', status: 429, headers: { 'retry-after': '9' } }, 1, 503, 'provider_rate_limited'],
    [{ kind: 'reset' }, 3, 503, 'provider_unreachable'],
  ] as const)('is not made where the provider fails: %j', async (act, times, status, code) => {
    const entity = aPerson();
    await site.fault({ times, match: { path: '/user$' }, act });

    const reply = await link(member, jira, { type: 'person', id: ada }, entity);

    expect([reply.status, reply.body.code]).toEqual([status, code]);
    expect(linkIds(await linksOf(admin, entity))).toEqual([]);
    expect((await link(member, jira, { type: 'person', id: ada }, entity)).status).toBe(201);
  });
});
