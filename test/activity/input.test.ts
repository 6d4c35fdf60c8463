import { beforeAll, describe, expect, it } from 'vitest';
import { type Caller, caller, newId, type Reply } from '../support/api.ts';
import { inJira, inMarch, march, pathOf, ticketKeys, watched } from './people.ts';

let admin: Caller;
let person: string;
let jira: Awaited<ReturnType<typeof inJira>>;
beforeAll(async () => {
  admin = caller();
  person = newId('person');
  jira = await inJira(admin, person);
});

const pathsOf = ({ body }: Reply): string[] => body.errors.map(({ path }: { path: string }) => path);
const get = (query: string): Promise<Reply> => admin.get(`/persons/${person}/activity?${query}`);
const range = 'from=2025-03-01&to=2025-03-31';

const badDates = [
  '2025-02-29',
  '2025-13-01',
  '2025-3-1',
  '20250301',
  '2025-03-01T00:00:00Z',
  '01.03.2025',
  'yesterday',
  '',
  ' 2025-03-01',
  '2025-03-01"',
  '٢٠٢٥-03-01',
  '+002025-03-01',
  '-1',
  'null',
];

describe('a range', () => {
  it.each<[query: string, path: string]>([
    ['', 'from'],
    ['from=2025-03-01', 'to'],
    ['to=2025-03-31', 'from'],
    ['from=2025-03-02&to=2025-03-01', 'to'],
    ['from=2025-03-01&to=2024-03-01', 'to'],
    ['from=2025-01-01&to=2026-01-02', 'to'],
    ['from=2024-01-01&to=2025-01-01', 'to'],
    ['from=0001-01-01&to=9999-12-31', 'to'],
    [`${range}&refresh=yes`, 'refresh'],
    [`${range}&refresh=`, 'refresh'],
    [`${range}&refresh=TRUE`, 'refresh'],
    [`${range}&limit=10`, 'limit'],
    [`${range}&__proto__=1`, '__proto__'],
    [`${range}&personId=other`, 'personId'],
    [`${range}&from=2025-03-02`, 'from'],
    [`${range}&to=2025-03-31`, 'to'],
    [`${range}&refresh=true&refresh=true`, 'refresh'],
  ])('?%s is refused, naming %s', async (query, path) => {
    const { answer, calls } = await watched([jira], () => get(query));

    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(pathsOf(answer)).toContain(path);
    expect(calls).toEqual([]);
  });

  it.each(badDates)('from or to %j is refused', async (date) => {
    const replies = [
      await admin.get(pathOf(person, { from: date, to: '2025-03-31' })),
      await admin.get(pathOf(person, { from: '2025-03-01', to: date })),
      await admin.post('/activity', { personIds: [person], from: date, to: '2025-03-31' }),
      await admin.post('/activity', { personIds: [person], from: '2025-03-01', to: date }),
    ];

    expect(replies.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect(replies.map((reply) => pathsOf(reply))).toEqual([['from'], ['to'], ['from'], ['to']]);
  });

  it.each([
    ['2025-03-01', '2025-03-01'],
    ['2024-01-01', '2024-12-31'],
    ['2025-01-01', '2026-01-01'],
  ])('of one day to 366 is taken: %s to %s', async (from, to) => {
    const reply = await admin.get(pathOf(person, { from, to }));

    expect([reply.status, reply.body.degraded]).toEqual([200, false]);
  });

  it('is checked before who asks for it', async () => {
    const member = caller({ organizationId: admin.organizationId, role: 'member' });

    const wrong = await member.get(pathOf(person, { from: '2025-03-02', to: '2025-03-01' }));
    const right = await member.get(pathOf(person, march));

    expect([wrong.status, right.status]).toEqual([400, 403]);
  });
});

const hostile = [
  'a..b',
  'a/../b',
  '#LINK',
  `ORG#${newId('org')}`,
  'a b',
  "x'; DROP TABLE",
  '"',
  '\u0000',
  '\n',
  '%',
  '{"$ne":1}',
  'ünï',
  '\u202e',
  'x'.repeat(65),
];

describe('the id of a person', () => {
  it.each(hostile)('that is hostile finds nobody: %j', async (id) => {
    const { answer, calls } = await watched([jira], () => admin.get(pathOf(id)));

    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    expect(calls).toEqual([]);
  });

  it.each(hostile)('that is hostile is refused among others: %j', async (id) => {
    const reply = await admin.post('/activity', { personIds: [person, id], ...march });

    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request']);
    expect(pathsOf(reply)).toEqual(['personIds.1']);
  });

  it('may hold what ids of others hold, and means that person alone', async () => {
    const odd = `auth0|a.b-c_d~e:f@g+h=${newId('')}`;
    const site = await inJira(admin, odd);
    const [key] = await site.add({ updated: inMarch });

    const own = await admin.get(pathOf(odd));
    const shorter = await admin.get(pathOf(odd.slice(0, -1)));

    expect(ticketKeys(own.body)).toEqual([key]);
    expect([shorter.status, shorter.body.linked]).toEqual([200, false]);
  });
});

describe('a body', () => {
  it.each<[what: string, body: unknown, path: string]>([
    ['without persons', march, 'personIds'],
    ['with no person', { personIds: [], ...march }, 'personIds'],
    ['with a person that is no list', { personIds: 'person_1', ...march }, 'personIds'],
    ['with persons that are no text', { personIds: [1], ...march }, 'personIds.0'],
    ['without from', { personIds: ['p'], to: march.to }, 'from'],
    ['without to', { personIds: ['p'], from: march.from }, 'to'],
    ['with dates the wrong way', { personIds: ['p'], from: march.to, to: march.from }, 'to'],
    ['with too many days', { personIds: ['p'], from: '2024-01-01', to: '2025-01-01' }, 'to'],
    ['with a field nobody knows', { personIds: ['p'], ...march, refresh: true }, 'refresh'],
    ['that is a list', [march], 'body'],
    ['that is null', null, 'body'],
  ])('%s is refused', async (_what, body, path) => {
    const reply = await admin.post('/activity', body);

    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request']);
    expect(pathsOf(reply)).toContain(path);
  });

  it('that is no JSON, or not said to be, is refused', async () => {
    const broken = await admin.post('/activity', undefined, { raw: '{"personIds":' });
    const unsaid = await admin.post(
      '/activity',
      { personIds: ['p'], ...march },
      { headers: { 'content-type': 'text/plain' } },
    );

    expect([broken.status, unsaid.status]).toEqual([400, 415]);
  });
});
