import { beforeAll, describe, expect, it } from 'vitest';
import { during, githubUser, newWord, problemOf } from '../search/asking.ts';
import { company, newId } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  control,
  type GithubAccount,
  type JiraSite,
} from '../support/standins.ts';
import { link, linkIds, linksOf, paths } from './linking.ts';

const { admin, member, stranger, other } = company();
const word = newWord();
let site: JiraSite;
let account: GithubAccount;
let jira: string;
let github: string;

beforeAll(async () => {
  site = await aJiraSite({
    users: [{ displayName: 'Ada', accountId: 'ada-1' }],
    issues: [{ summary: 'One' }],
  });
  account = await aGithubAccount();
  const repository = `${word}/shop`;
  await githubUser({ login: word });
  await control('github', 'POST', 'repositories', { repository });
  await control('github', 'POST', 'pulls', { repository, author: word });
  await control('github', 'POST', 'issues', { repository, author: word });
  jira = (await connectedJira(admin, site)).id;
  github = (await connectedGithub(admin, account)).id;
});

const all = ['Person', 'Meeting', 'MeetingInstance', 'OneOnOne', 'Initiative', 'Task', 'Team'];
const work = ['Meeting', 'MeetingInstance', 'OneOnOne', 'Initiative', 'Task'];
/** What each type may be linked to. */
const linkable: [string, string, string, string[]][] = [
  ['jira', 'person', 'ada-1', ['Person']],
  ['jira', 'issue', 'TEST-1', work],
  ['github', 'person', word, ['Person']],
  ['github', 'repository', `${word}/shop`, ['Initiative', 'Task', 'Team']],
  ['github', 'pull_request', `${word}/shop#1`, work],
  ['github', 'issue', `${word}/shop#2`, work],
];

describe('what can be linked to what', () => {
  it.each(linkable)('%s %s', async (provider, type, id, allowed) => {
    const [integration, asked] = provider === 'jira' ? [jira, site] : [github, account];
    const attempt = (entityTypes: string[]) =>
      during(asked, () =>
        Promise.all(
          entityTypes.map((name) =>
            link(member, integration, { type, id }, { type: name, id: newId('entity') }),
          ),
        ),
      );

    const granted = await attempt(allowed);
    const refused = await attempt(all.filter((name) => !allowed.includes(name)));

    expect(granted.result.map(({ status, body }) => [status, body.link?.entity.type])).toEqual(
      allowed.map((name) => [201, name]),
    );
    for (const reply of refused.result) expect([reply.status, paths(reply)]).toEqual([400, ['entity.type']]);
    expect(refused.calls).toEqual([]);
    const { entities } = (await member.get(`/integrations/${integration}`)).body.integration;
    const declared = entities.find((one: { type: string }) => one.type === type);
    expect(declared.linkableTo.toSorted()).toEqual(allowed.toSorted());
  });
});

describe('a link is refused by the name of what is wrong', () => {
  const good = { entity: { type: 'Person', id: 'person_1' }, external: { type: 'person', id: 'ada-1' } };
  const entityIds = [
    '',
    'a/b',
    'a#b',
    'a b',
    '..',
    'a..b',
    '../../x',
    'x'.repeat(65),
    'a\u0000',
    'a\n',
    'é',
    'a%23b',
    '<b>',
    '"',
    '\u202E',
    7,
    null,
    {},
    ['a'],
  ];
  const cases: [string, unknown][] = [
    ...entityIds.map((id): [string, unknown] => ['entity.id', { ...good, entity: { type: 'Person', id } }]),
    ...['person', 'Robot', '', 7, null].map((type): [string, unknown] => [
      'entity.type',
      { ...good, entity: { type, id: 'person_1' } },
    ]),
    ...['event', 'repository', 'banana', '', 7].map((type): [string, unknown] => [
      'external.type',
      { ...good, external: { type, id: 'ada-1' } },
    ]),
    ...['', '../x', 'a b', 'a?b=c', 'a#b', 'a/b', 'a\u0000b', 'x'.repeat(129), 'x'.repeat(513), 7, null].map(
      (id): [string, unknown] => ['external.id', { ...good, external: { type: 'person', id } }],
    ),
    ['entity', { external: good.external }],
    ['external', { entity: good.entity }],
    ['integrationId', { ...good, integrationId: undefined }],
    ['integrationId', { ...good, integrationId: 7 }],
    ['organizationId', { ...good, organizationId: 'org_x' }],
    ['entity.name', { ...good, entity: { ...good.entity, name: 'x' } }],
  ];

  it.each(cases)('%s: %j', async (path, body) => {
    const { result, calls } = await during(site, () =>
      admin.post('/links', { integrationId: jira, ...(body as object) }),
    );

    expect([result.status, result.body.code, paths(result)]).toEqual([400, 'invalid_request', [path]]);
    expect(calls).toEqual([]);
  });

  it('with what the provider has instead', async () => {
    const reply = await admin.post('/links', {
      integrationId: jira,
      ...good,
      external: { type: 'event', id: 'ada-1' },
    });

    const { entities } = (await admin.get(`/integrations/${jira}`)).body.integration;
    const types = entities.map(({ type }: { type: string }) => type).join(', ');
    expect(reply.body.errors).toEqual([
      { path: 'external.type', message: `must be one of ${types} for Jira` },
    ]);
  });

  it.each(['__proto__', 'constructor'])('%s', async (name) => {
    const text = JSON.stringify({ integrationId: jira, ...good }).replace(
      '"entity":{',
      `"entity":{"${name}":1,`,
    );

    const reply = await admin.post('/links', undefined, { raw: text });

    expect([reply.status, paths(reply)]).toEqual([400, [`entity.${name}`]]);
  });

  it.each(['a', 'user_2abc', 'clx:1', 'A.b-c_d~e+f=g|h@i', 'x'.repeat(64), '__proto__'])(
    'but an entity id such as %s is fine',
    async (id) => {
      const reply = await link(admin, jira, good.external, { type: 'Person', id });

      expect([reply.status, reply.body.link.entity.id]).toEqual([201, id]);
    },
  );
});

describe('a link to what is not there', () => {
  it.each([
    ['person', 'nobody-1', 'Person'],
    ['issue', 'TEST-4711', 'Task'],
  ])('is 404 and leaves nothing: %s', async (type, id, entityType) => {
    const entity = { type: entityType, id: newId('entity') };

    const reply = await link(admin, jira, { type, id }, entity);

    expect([reply.status, reply.body.code]).toEqual([404, 'not_found']);
    expect(reply.text).not.toContain(id);
    expect(linkIds(await linksOf(admin, entity))).toEqual([]);
    const { events } = (await admin.get(`/audit?action=link.created`)).body;
    expect(events.filter(({ target }: { target: string }) => target.includes(id))).toEqual([]);
  });

  it('is 404 in the same words for every integration that is not the caller’s', async () => {
    const own = (await connectedJira(member, site, 'user')).id;
    const others = [
      await link(stranger, jira, { type: 'person', id: 'ada-1' }),
      await link(admin, own, { type: 'person', id: 'ada-1' }),
      await link(other, own, { type: 'person', id: 'ada-1' }),
    ];

    const { result: absent, calls } = await during(site, () =>
      link(admin, `int_o_${'A'.repeat(22)}`, { type: 'person', id: 'ada-1' }),
    );
    const malformed = await Promise.all(
      [
        'x',
        'int_o_',
        '../x',
        'int_x_AAAAAAAAAAAAAAAAAAAAAA',
        'a\u0000',
        'é',
        `${jira} `,
        jira.toUpperCase(),
        'x'.repeat(500),
      ].map((id) => link(admin, id, { type: 'person', id: 'ada-1' })),
    );

    expect([absent.status, absent.body.code, calls]).toEqual([404, 'not_found', []]);
    for (const reply of [...others, ...malformed]) expect(problemOf(reply)).toEqual(problemOf(absent));
  });
});
