import { beforeEach, describe, expect, it } from 'vitest';
import { type Caller, caller, newId, type Reply } from '../support/api.ts';
import { asserting, inSeconds, signed } from './assertions.ts';
import { inJira, inMarch, march, pathOf, refreshed, teamOf, watched } from './people.ts';

type PolicyWord = 'members' | 'self_and_managers' | 'admins';

let admin: Caller;
let self: Caller;
let colleague: Caller;
let person: string;
let jira: Awaited<ReturnType<typeof inJira>>;
beforeEach(async () => {
  admin = caller();
  const { organizationId } = admin;
  person = newId('person');
  self = caller({ organizationId, role: 'member', personId: person });
  colleague = caller({ organizationId, role: 'member', personId: newId('person') });
  jira = await inJira(admin, person);
  await jira.add({ updated: inMarch });
});

const see = (by: Caller, assertion: string | null = null): Promise<Reply> =>
  by.get(pathOf(person, refreshed), assertion === null ? {} : { headers: asserting(assertion) });
const managing = (managerOf: unknown, more: object = {}) => ({
  sub: colleague.userId,
  managerOf,
  exp: inSeconds(240),
  ...more,
});
const decide = (activity: PolicyWord): Promise<Reply> => admin.put('/policy', { activity });

const everybody: [policy: PolicyWord | null, seen: Record<string, number>][] = [
  [null, { self: 200, admin: 200, colleague: 403, manager: 200 }],
  ['self_and_managers', { self: 200, admin: 200, colleague: 403, manager: 200 }],
  ['members', { self: 200, admin: 200, colleague: 200, manager: 200 }],
  ['admins', { self: 200, admin: 200, colleague: 403, manager: 403 }],
];

describe('who may see activity', () => {
  it.each(everybody)('under the policy %s is as the contract says', async (policy, seen) => {
    if (policy !== null) await decide(policy);
    const assertion = signed(managing([person]));

    const replies = {
      self: await see(self),
      admin: await see(admin),
      colleague: await see(colleague),
      manager: await see(colleague, assertion),
    };

    expect(Object.fromEntries(Object.entries(replies).map(([who, { status }]) => [who, status]))).toEqual(
      seen,
    );
    for (const { status, body, headers } of Object.values(replies)) {
      if (status === 200) expect(body.metrics.tickets.total).toBe(1);
      else
        expect([body.code, headers.get('content-type')]).toEqual(['forbidden', 'application/problem+json']);
    }
  });

  it('changes at once with the policy', async () => {
    const allowed: number[] = [];

    for (const policy of ['members', 'admins', 'members', 'self_and_managers'] as const) {
      await decide(policy);
      allowed.push((await see(colleague)).status);
    }

    expect(allowed).toEqual([200, 403, 200, 403]);
  });

  it('is not asked of the provider, nor read from the cache, for who may not', async () => {
    await see(admin);

    const { answer, calls } = await watched([jira], () => Promise.all([see(colleague), see(colleague)]));

    expect(answer.map(({ status }) => status)).toEqual([403, 403]);
    for (const { text } of answer) expect(text).not.toContain('TEST-1');
    expect(calls).toEqual([]);
  });

  it('is the person of the token, not a user or an organisation of the same name', async () => {
    const { organizationId } = admin;
    const namesake = caller({ organizationId, role: 'member', userId: person, personId: newId('person') });
    const without = caller({ organizationId, role: 'member' });
    const elsewhere = caller({ role: 'member', personId: person });

    const replies = await Promise.all([see(namesake), see(without), see(elsewhere)]);

    expect(replies.map(({ status }) => status)).toEqual([403, 403, 200]);
    expect(replies[2]?.body).toMatchObject({ items: [], sources: [], linked: false });
  });
});

describe('several persons at once', () => {
  it('marks those the caller may not see, and only those', async () => {
    const [other, managed] = [newId('person'), newId('person')];
    const assertion = signed({ ...managing([managed]), sub: self.userId });

    const persons = await teamOf(self, [other, person, managed], march, asserting(assertion));

    expect(persons[0]).toEqual({ personId: other, code: 'forbidden' });
    expect(persons[1]).toMatchObject({ personId: person, linked: true, metrics: { tickets: { total: 1 } } });
    expect(persons[2]).toMatchObject({ personId: managed, linked: false, items: [] });
    expect(persons).toHaveLength(3);
  });

  it('asks no provider of those', async () => {
    const { answer, calls } = await watched([jira], () => teamOf(colleague, [person, newId('person')]));

    expect(answer).toEqual(answer.map(({ personId }) => ({ personId, code: 'forbidden' })));
    expect(answer.map(({ personId }) => personId)[0]).toBe(person);
    expect(calls).toEqual([]);
  });
});

describe('without a session', () => {
  it.each([
    ['GET', pathOf('person_1')],
    ['POST', '/activity'],
    ['GET', '/policy'],
    ['PUT', '/policy'],
  ])('%s %s is 401', async (method, path) => {
    const reply = await admin.call(method, path, undefined, { headers: { authorization: '' } });

    expect(reply.status).toBe(401);
  });
});
