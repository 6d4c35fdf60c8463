import { beforeAll, describe, expect, it } from 'vitest';
import { entity, githubUser, jiraPerson, newWord, search } from '../search/asking.ts';
import { company } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  type GithubAccount,
  type JiraSite,
} from '../support/standins.ts';
import { link, linksOf } from './linking.ts';

const { admin } = company();
let site: JiraSite;
let account: GithubAccount;
let jira: string;
let github: string;
let ada: string;
const login = newWord();

beforeAll(async () => {
  site = await aJiraSite();
  account = await aGithubAccount();
  ada = await jiraPerson(site, { displayName: 'Ada', email: `${login}@people.example` });
  await githubUser({ login });
  jira = (await connectedJira(admin, site)).id;
  github = (await connectedGithub(admin, account)).id;
});

const hostile = [
  'http://secure.gravatar.com/x.png',
  'http://avatars.githubusercontent.com/x.png',
  'https://evil.example/x.png',
  '//evil.example/x.png',
  'javascript:alert(1)',
  'data:image/svg+xml,<svg onload=alert(1)>',
  'https://avatars.githubusercontent.com.evil.example/x.png',
  'https://notgithub.com/x.png',
  'https://github.com.evil.example/x.png',
  'https://evilatlassian.net/x.png',
  'https://avatars.githubusercontent.com@evil.example/x.png',
  'https://evil:x@avatars.githubusercontent.com/x.png',
  'https://evil:x@secure.gravatar.com/x.png',
  'https://avatars.githubusercontent.com:8443/x.png',
  'https://secure.gravatar.com:8443/x.png',
  'https://127.0.0.1/x.png',
  `https://avatars.githubusercontent.com/${'x'.repeat(2_000)}`,
  `https://secure.gravatar.com/${'x'.repeat(2_000)}`,
  'not an address',
  '',
];

/** What the provider says of the person next time, and whatever is asked of it. */
const nextTime = {
  jira: (avatar: string, path: string) => {
    const sizes = ['48x48', '32x32', '24x24', '16x16'].map((size) => [size, avatar]);
    const user = { accountId: ada, displayName: 'Ada', avatarUrls: Object.fromEntries(sizes) };
    const body = path.endsWith('search$') ? [user] : user;
    return site.fault({ times: 1, match: { path }, act: { kind: 'answer', status: 200, body } });
  },
  github: (avatar: string, path: string) => {
    const user = { id: 7, login, type: 'User', avatar_url: avatar };
    const body = path.startsWith('/search') ? { total_count: 1, items: [user] } : user;
    return account.fault({ times: 1, match: { path }, act: { kind: 'answer', status: 200, body } });
  },
};
const ways = { jira: ['/user$', '/user/search$'], github: ['^/users/', '/search/users'] } as const;

describe.each(['jira', 'github'] as const)('an avatar of %s', (provider) => {
  const where = () => (provider === 'jira' ? { id: jira, person: ada } : { id: github, person: login });
  const [read, find] = ways[provider];

  it.each(hostile)('never comes out where it is not the provider’s, encrypted: %s', async (avatar) => {
    const { id, person } = where();

    await nextTime[provider](avatar, read);
    const one = await entity(admin, id, 'person', person);
    await nextTime[provider](avatar, find);
    const found = await search(admin, id, { query: login });
    await nextTime[provider](avatar, read);
    const made = await link(admin, id, { type: 'person', id: person });
    await nextTime[provider](avatar, read);
    const refreshed = await admin.post(`/links/${made.body.link.id}/refresh`);

    const persons = [
      one.body.entity,
      found.body.items[0],
      made.body.link.external,
      refreshed.body.link.external,
    ];
    expect(persons.map(({ metadata }) => metadata.avatarUrl)).toEqual([null, null, null, null]);
    expect([one, found, made, refreshed].filter(({ text }) => text.includes('x.png'))).toEqual([]);
  });

  const honest = {
    jira: [
      'https://secure.gravatar.com/avatar/x?d=1',
      'https://x.prod.public.atl-paas.net/1/48',
      () => `${site.baseUrl}/secure/useravatar?size=large`,
    ],
    github: [
      'https://avatars.githubusercontent.com/u/7?v=4',
      'https://github.com/x.png',
      () => 'https://private-avatars.githubusercontent.com/u/7',
    ],
  }[provider];
  it.each(honest)('comes out where it is: %s', async (given) => {
    const { id, person } = where();
    const avatar = typeof given === 'string' ? given : given();
    await nextTime[provider](avatar, read);

    const reply = await link(admin, id, { type: 'person', id: person });

    expect([reply.status, reply.body.link.external.metadata.avatarUrl]).toEqual([201, avatar]);
  });

  it('is the one of today after a refresh, also in the list', async () => {
    const { id, person } = where();
    const [before, after] = ['a', 'b'].map((name) =>
      provider === 'jira'
        ? `https://secure.gravatar.com/${name}`
        : `https://avatars.githubusercontent.com/${name}`,
    ) as [string, string];
    await nextTime[provider](before, read);
    const made = (await link(admin, id, { type: 'person', id: person })).body.link;
    await nextTime[provider](after, read);

    await admin.post(`/links/${made.id}/refresh`);

    const { links } = (await linksOf(admin, made.entity)).body;
    expect(made.external.metadata.avatarUrl).toBe(before);
    expect(links[0].external.metadata.avatarUrl).toBe(after);
  });
});
