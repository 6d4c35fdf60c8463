import { beforeAll, describe, expect, it } from 'vitest';
import { company } from '../support/api.ts';
import { aGithubAccount, connectedGithub, control, type GithubAccount } from '../support/standins.ts';
import { during, githubUser, ids, newWord, search, titles } from './asking.ts';

const { admin, member } = company();
const word = newWord();
const octo = `${word}-octo`;
let account: GithubAccount;
let organizations: string;
let personal: string;
let repository: string;
let hidden: string;

beforeAll(async () => {
  account = await aGithubAccount();
  await githubUser({
    login: octo,
    name: `Ottavia ${word}`,
    email: `octo@${word}.example`,
    bio: 'Eight arms',
  });
  await githubUser({ login: `other-${word}`, name: 'Somebody Else' });
  await githubUser({ login: `robot-${word}[bot]`, type: 'Bot' });
  await control('github', 'POST', 'organizations', { login: `${word}-corp`, name: `Ottavia ${word}` });
  repository = `${account.login}/${word}-shop`;
  hidden = `${octo}/${word}-secret`;
  await control('github', 'POST', 'repositories', {
    repository,
    description: 'What people buy',
    language: 'Go',
  });
  await control('github', 'POST', 'repositories', { repository: hidden, private: true });
  const item = { repository, author: octo };
  await control('github', 'POST', 'pulls', { ...item, title: `Fix ${word} basket`, state: 'merged' });
  await control('github', 'POST', 'issues', { ...item, title: `Basket ${word} is empty`, body: 'Since May' });
  await control('github', 'POST', 'pulls', { ...item, repository: hidden, title: `Plan ${word} basket` });
  organizations = (await connectedGithub(admin, account)).id;
  personal = (await connectedGithub(member, account, 'user')).id;
});

describe('a search for people on GitHub', () => {
  it.each([
    ['a login', () => octo],
    ['a login in other letters', () => octo.toUpperCase()],
    ['part of a name', () => `Ottavia ${word}`],
    ['a public e-mail address', () => `octo@${word}.example`],
  ])('finds by %s, for the organisation and for oneself, and people only', async (_, query) => {
    const [shared, own] = [
      await search(admin, organizations, { type: 'person', query: query() }),
      await search(member, personal, { query: query() }),
    ];

    expect([shared.status, ids(shared)]).toEqual([200, [octo]]);
    expect([own.status, ids(own)]).toEqual([200, [octo]]);
  });

  it('answers with what GitHub says of the person', async () => {
    const reply = await search(member, organizations, { query: octo });

    expect(reply.body).toEqual({
      items: [
        {
          id: octo,
          type: 'person',
          title: octo,
          url: `https://github.com/${octo}`,
          metadata: {
            login: octo,
            avatarUrl: expect.stringMatching(/^https:\/\/avatars\.githubusercontent\.com\/u\/\d+\?v=4$/),
          },
        },
      ],
      nextCursor: null,
    });
  });

  it('finds nobody for a name that nobody has', async () => {
    const reply = await search(admin, organizations, { query: newWord() });

    expect([reply.status, reply.body]).toEqual([200, { items: [], nextCursor: null }]);
  });
});

describe('a search for work on GitHub', () => {
  it('finds pull requests, and none that the token may not see', async () => {
    const reply = await search(admin, organizations, { type: 'pull_request', query: `${word} basket` });

    expect(reply.body.items).toEqual([
      {
        id: `${repository}#1`,
        type: 'pull_request',
        title: `Fix ${word} basket`,
        url: `https://github.com/${repository}/pull/1`,
        metadata: { state: 'merged', repository, author: octo, updatedAt: expect.stringMatching(/Z$/) },
      },
    ]);
  });

  it('finds issues', async () => {
    const reply = await search(member, organizations, { type: 'issue', query: `${word} basket` });

    expect(reply.body.items).toEqual([
      {
        id: `${repository}#2`,
        type: 'issue',
        title: `Basket ${word} is empty`,
        description: 'Since May',
        url: `https://github.com/${repository}/issues/2`,
        metadata: { state: 'open', repository, author: octo, updatedAt: expect.stringMatching(/Z$/) },
      },
    ]);
  });

  it('finds repositories by name, and none that the token may not see', async () => {
    const reply = await search(admin, organizations, { type: 'repository', query: word });

    expect(reply.body.items).toEqual([
      {
        id: repository,
        type: 'repository',
        title: repository,
        description: 'What people buy',
        url: `https://github.com/${repository}`,
        metadata: { private: false, language: 'Go', pushedAt: expect.stringMatching(/Z$/) },
      },
    ]);
  });

  it.each(['pull_request', 'issue', 'repository'])(
    'shows what is one’s own without a query: %s',
    async (type) => {
      await control('github', 'POST', 'issues', { repository, author: account.login, title: 'Own issue' });
      await control('github', 'POST', 'pulls', { repository, author: account.login, title: 'Own pull' });

      const reply = await search(admin, organizations, { type });

      expect(reply.status).toBe(200);
      const own = { pull_request: 'Own pull', issue: 'Own issue', repository }[type];
      expect(titles(reply)).toContain(own);
      expect(new Set(titles(reply))).toEqual(new Set([own]));
    },
  );
});

describe('a search on GitHub takes for words and nothing else', () => {
  const qualifier = /(?<!\S)-|["():<>\\]|\b(AND|OR|NOT)\b/;
  const own = /(?<!\S)(in:(login|name|email)|type:user|is:(pr|issue))(?!\S)/g;
  const hostile = [
    `is:private user:${octo} ${word}`,
    `${word} author:${octo} org:acme-corp`,
    `repo:acme-corp/web-shop ${word}`,
    `-${word}`,
    `x --${word}`,
    `- - -${word}`,
    `"${word}" OR "x"`,
    `${word} NOT x`,
    `(${word})`,
    `${word} created:>2000-01-01 stars:<9`,
    `${word}\\" is:public`,
    `AND OR NOT AND OR NOT AND ${word}`,
    'a '.repeat(100).trim(),
    'x'.repeat(200),
    `type:org ${word}`,
  ];
  const cases = ['person', 'pull_request', 'issue', 'repository'].flatMap((type) =>
    hostile.map((query) => ({ type, query })),
  );

  it.each(cases)('$query ($type)', async ({ type, query }) => {
    const { result, calls } = await during(account, () => search(admin, organizations, { type, query }));

    expect(result.status).toBe(200);
    expect(ids(result)).not.toContain(hidden);
    expect(result.text).not.toContain('Plan ');
    const sent = new URLSearchParams(calls.at(-1)?.query).get('q') ?? '';
    expect(sent.length).toBeLessThanOrEqual(256);
    expect(sent.replaceAll(own, '')).not.toMatch(qualifier);
  });
});

describe('types', () => {
  it.each(['event', 'file', 'banana'])('%j is none of GitHub', async (type) => {
    const { result, calls } = await during(account, () => search(admin, organizations, { type, query: 'a' }));

    expect([result.status, result.body.errors]).toEqual([
      400,
      [{ path: 'type', message: expect.any(String) }],
    ]);
    expect(calls).toEqual([]);
  });
});
