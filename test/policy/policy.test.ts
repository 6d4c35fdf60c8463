import { beforeEach, describe, expect, it } from 'vitest';
import { type Caller, company, newId } from '../support/api.ts';

let admin: Caller;
let member: Caller;
let other: Caller;
let stranger: Caller;
beforeEach(() => {
  ({ admin, member, other, stranger } = company());
});

const standard = { activity: 'self_and_managers', githubOrganizations: [] };
const events = async (by: Caller) => (await by.get('/audit?action=policy.updated')).body.events;

describe('the policy', () => {
  it('is self_and_managers without an allow-list, until an admin says otherwise', async () => {
    const reply = await admin.get('/policy');

    expect([reply.status, reply.body]).toEqual([200, standard]);
  });

  it('is what an admin put, for all admins of the organisation and for no other organisation', async () => {
    const policy = { activity: 'admins', githubOrganizations: ['acme', 'Acme-Labs'] };

    const put = await admin.put('/policy', policy);

    expect([put.status, put.body]).toEqual([200, policy]);
    expect((await other.get('/policy')).body).toEqual(policy);
    expect((await stranger.get('/policy')).body).toEqual(standard);
  });

  it.each(['members', 'self_and_managers', 'admins'])('may be %s, and keeps the allow-list', async (word) => {
    await admin.put('/policy', { githubOrganizations: ['acme'] });

    const put = await admin.put('/policy', { activity: word });

    expect(put.body).toEqual({ activity: word, githubOrganizations: ['acme'] });
    expect((await admin.get('/policy')).body).toEqual(put.body);
  });

  it('keeps who may see when only the allow-list is put, and the other way round', async () => {
    await admin.put('/policy', { activity: 'admins' });

    const listed = await admin.put('/policy', { githubOrganizations: ['acme'] });
    const emptied = await admin.put('/policy', { githubOrganizations: [] });
    const same = await admin.put('/policy', {});

    expect(listed.body).toEqual({ activity: 'admins', githubOrganizations: ['acme'] });
    expect(emptied.body).toEqual({ activity: 'admins', githubOrganizations: [] });
    expect(same.body).toEqual(emptied.body);
  });

  it('loses neither of two changes made at the same moment', async () => {
    const rounds = Array.from({ length: 10 }, (_, round) => ({
      activity: round % 2 === 0 ? 'admins' : 'members',
      githubOrganizations: [`acme-${round}`],
    }));

    const stands: unknown[] = [];
    for (const { activity, githubOrganizations } of rounds) {
      await Promise.all([admin.put('/policy', { activity }), other.put('/policy', { githubOrganizations })]);
      stands.push((await admin.get('/policy')).body);
    }

    expect(stands).toEqual(rounds);
  });

  it('is for admins: members may neither read nor change it', async () => {
    const read = await member.get('/policy');
    const put = await member.put('/policy', { activity: 'members' });

    expect([read.status, read.body.code]).toEqual([403, 'forbidden']);
    expect([put.status, put.body.code]).toEqual([403, 'forbidden']);
    expect((await admin.get('/policy')).body).toEqual(standard);
    expect(await events(admin)).toEqual([]);
  });

  it('changed leaves an event that says who', async () => {
    await admin.put('/policy', { activity: 'members' });
    await other.put('/policy', { githubOrganizations: ['acme'] });

    const listed = await events(admin);

    const event = { action: 'policy.updated', target: 'policy', outcome: 'ok' };
    expect(listed).toEqual([
      { ...event, actor: other.userId, id: expect.any(String), at: expect.any(String) },
      { ...event, actor: admin.userId, id: expect.any(String), at: expect.any(String) },
    ]);
    expect(await events(stranger)).toEqual([]);
  });

  it('put with nothing to change leaves none', async () => {
    const put = await admin.put('/policy', {});

    expect([put.status, put.body]).toEqual([200, standard]);
    expect(await events(admin)).toEqual([]);
  });
});

const longest = 'a'.repeat(39);

describe('the allow-list', () => {
  it.each([
    '',
    ' ',
    '-acme',
    'acme-',
    'ac me',
    'acme/app',
    'acme org:rival',
    'acme" OR author:boss',
    '@acme',
    'acme.inc',
    'acmé',
    'a'.repeat(40),
    'acme\n',
    '*',
    '..',
  ])('refuses %j, which is no name of GitHub, and changes nothing', async (name) => {
    const reply = await admin.put('/policy', { activity: 'members', githubOrganizations: ['acme', name] });

    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request']);
    expect(reply.body.errors[0].path).toBe('githubOrganizations.1');
    expect((await admin.get('/policy')).body).toEqual(standard);
  });

  it.each(['a', 'A1', 'acme-labs', '0x', longest])('takes %j', async (name) => {
    const reply = await admin.put('/policy', { githubOrganizations: [name] });

    expect([reply.status, reply.body.githubOrganizations]).toEqual([200, [name]]);
  });

  it('has at most twenty names', async () => {
    const names = Array.from({ length: 21 }, (_, index) => `acme-${index}`);

    const most = await admin.put('/policy', { githubOrganizations: names.slice(0, 20) });
    const more = await admin.put('/policy', { githubOrganizations: names });

    expect([most.status, more.status]).toEqual([200, 400]);
    expect((await admin.get('/policy')).body.githubOrganizations).toEqual(names.slice(0, 20));
  });
});

describe('a change of the policy', () => {
  it.each<[what: string, body: unknown, path: string]>([
    ['an unknown field', { activity: 'members', visibility: 'all' }, 'visibility'],
    ['another organisation', { activity: 'members', organizationId: newId('org') }, 'organizationId'],
    ['an unknown word', { activity: 'everybody' }, 'activity'],
    ['no word', { activity: null }, 'activity'],
    ['a name instead of a list', { githubOrganizations: 'acme' }, 'githubOrganizations'],
    ['a list of no names', { githubOrganizations: [1] }, 'githubOrganizations.0'],
    ['null for a list', { githubOrganizations: null }, 'githubOrganizations'],
    ['a list', [], 'body'],
    ['text', 'members', 'body'],
  ])('with %s is refused', async (_what, body, path) => {
    const reply = await admin.put('/policy', body);

    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request']);
    expect(reply.body.errors.map((error: { path: string }) => error.path)).toContain(path);
    expect((await admin.get('/policy')).body).toEqual(standard);
  });
});
