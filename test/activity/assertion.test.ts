import { beforeEach, describe, expect, it } from 'vitest';
import { type Caller, caller, local, newId, type Reply } from '../support/api.ts';
import {
  asserting,
  inSeconds,
  signed,
  signedWithPublicKey,
  strangersKey,
  tampered,
  unsigned,
} from './assertions.ts';
import { inJira, inMarch, pathOf, refreshed, watched } from './people.ts';

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

describe("a manager's assertion", () => {
  it('as the local cloud signs it opens the persons it names and no other', async () => {
    const other = newId('person');
    const { body } = await local('POST', 'assertion', {
      sub: colleague.userId,
      managerOf: [newId('person'), person],
    });

    const named = await see(colleague, body.token);
    const notNamed = await colleague.get(pathOf(other), { headers: asserting(body.token) });

    expect([named.status, named.body.metrics.tickets.total]).toEqual([200, 1]);
    expect([notNamed.status, notNamed.body.code]).toEqual([403, 'forbidden']);
  });

  it.each<[what: string, make: () => string]>([
    ['has expired', () => signed(managing([person], { exp: inSeconds(-60) }))],
    ['lasts longer than five minutes', () => signed(managing([person], { exp: inSeconds(400) }))],
    ['never expires', () => signed(managing([person], { exp: undefined }))],
    ['expires at no number', () => signed(managing([person], { exp: String(inSeconds(200)) }))],
    ["is another user's", () => signed(managing([person], { sub: newId('user') }))],
    ["is of nobody's", () => signed(managing([person], { sub: undefined }))],
    ['is signed by another key', () => signed(managing([person]), { key: strangersKey() })],
    ['is not signed: alg none', () => unsigned(managing([person]), '')],
    ['is not signed: alg none with a signature', () => unsigned(managing([person]), 'AAAA')],
    ['says alg none over a true signature', () => signed(managing([person]), { header: { alg: 'none' } })],
    [
      'says another algorithm over a true signature',
      () => signed(managing([person]), { header: { alg: 'HS256' } }),
    ],
    ['is signed with the public key as if it were a secret', () => signedWithPublicKey(managing([person]))],
    ['was changed after it was signed', () => tampered(signed(managing([])), managing([person]))],
    [
      'has the signature of another',
      () => tampered(signed(managing([person], { sub: self.userId })), managing([person])),
    ],
    ['names a person where a list should be', () => signed(managing(person))],
    ['names an object where a list should be', () => signed(managing({ 0: person, length: 1 }))],
    ['names a list in a list', () => signed(managing([[person]]))],
    ['names nobody', () => signed(managing([]))],
    ['names part of the id', () => signed(managing([person.slice(0, -1), `${person}x`, '*', '']))],
    [
      'lacks its signature',
      () =>
        signed(managing([person]))
          .split('.')
          .slice(0, 2)
          .join('.'),
    ],
    ['has a part too many', () => `${signed(managing([person]))}.AAAA`],
    ['is no JWT', () => 'not a jwt'],
    ['is empty', () => ''],
    ['is a JWT of nothing', () => signed(null)],
  ])('that %s opens nothing', async (_what, make) => {
    const { answer, calls } = await watched([jira], () => see(colleague, make()));

    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
    expect(calls).toEqual([]);
  });

  it('that names text where a list should be is not read letter by letter', async () => {
    const reply = await colleague.get(pathOf('7'), { headers: asserting(signed(managing('7'))) });

    expect([reply.status, reply.body.code]).toEqual([403, 'forbidden']);
  });

  it('that is worthless takes nothing from who may see anyway', async () => {
    const worthless = signed(managing([]), { key: strangersKey() });

    const replies = await Promise.all([see(self, worthless), see(admin, worthless)]);

    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('longer than eight thousand characters is refused as a bad request', async () => {
    const many = Array.from({ length: 275 }, () => newId('person'));

    const reply = await see(colleague, signed(managing([...many, person])));

    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request']);
  });
});
