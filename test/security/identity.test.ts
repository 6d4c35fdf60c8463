import fc from 'fast-check';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { callerFrom } from '../../lib/http/caller.ts';
import { caller, company, newId, request } from '../support/api.ts';
import { setEnvironment } from '../support/parts.ts';
import { tokenWith } from './tokens.ts';

beforeAll(() => setEnvironment());

const valid = { sub: 'user_1', org_id: 'org_1', org_role: 'admin', person_id: 'person_1', plan: 'pro' };
const notText = fc.anything().filter((value) => typeof value !== 'string');
const forbidden = expect.objectContaining({ code: 'forbidden' });

const withClaims = (claims: object) =>
  request(`${inject('cloud').url}/api/v1/policy`, {
    headers: { authorization: `Bearer ${tokenWith(inject('cloud'), { ...valid, ...claims })}` },
  });

describe('who calls', () => {
  it('is what the verified claims say', () => {
    expect(callerFrom(valid)).toEqual({
      kind: 'user',
      userId: 'user_1',
      organizationId: 'org_1',
      role: 'admin',
      personId: 'person_1',
      plan: 'pro',
    });
  });

  it.each([
    ['admin', 200],
    ['org:admin', 200],
    ['member', 403],
    ['org:member', 403],
  ])('has with the role %s what its name promises', async (role, status) => {
    const reply = await withClaims({ org_role: role });

    expect(reply.status).toBe(status);
  });

  it.each(['sub', 'org_id', 'org_role'])('is refused for a claim %s that is no text', (name) => {
    fc.assert(
      fc.property(notText, (value) => {
        expect(() => callerFrom({ ...valid, [name]: value })).toThrow(forbidden);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused without any claims', () => {
    expect(() => callerFrom(undefined)).toThrow(forbidden);
    expect(() => callerFrom({})).toThrow(forbidden);
  });

  it('has no role but those the environment names', () => {
    const known = new Set(['admin', 'org:admin', 'member', 'org:member']);
    const near = fc.constantFrom('Admin', ' admin', 'admin ', 'admin,member', '[admin]', 'owner', 'true', '');

    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (role) => {
        fc.pre(!known.has(role));
        expect(() => callerFrom({ ...valid, org_role: role })).toThrow(forbidden);
      }),
    );
  });

  it.each(['sub', 'org_id'])('is refused for a claim %s that could leave its key', (name) => {
    const hostile = ['', '#', 'a#b', 'a/b', '..', 'a..b', 'a b', 'a\nb', 'a\0', 'é', 'a'.repeat(65), '[a]'];

    for (const value of hostile)
      expect(() => callerFrom({ ...valid, [name]: value }), JSON.stringify(value)).toThrow(forbidden);
  });

  it('is nobody’s person where that claim is no id', () => {
    for (const person_id of [undefined, '', 'a#b', 7, ['person_1']])
      expect(callerFrom({ ...valid, person_id }).personId).toBeNull();
  });

  it.each([
    ['several users', { sub: ['user_1', 'user_2'] }],
    ['an object for the user', { sub: { id: 'user_1' } }],
    ['several organisations', { org_id: ['org_1'] }],
    ['an empty organisation', { org_id: '' }],
    ['no organisation', { org_id: undefined }],
    ['several roles', { org_role: ['admin'] }],
    ['an object for the role', { org_role: { admin: true } }],
  ])('is refused for a token with %s', async (_, claims) => {
    const reply = await withClaims(claims);

    expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  it('does not change by what the query or the body says', async () => {
    const { admin, member } = company();
    const claims = { role: 'admin', org_role: 'admin', userId: admin.userId, organizationId: newId('org') };
    const query = new URLSearchParams(claims).toString();

    const reading = await member.get(`/policy?${query}`);
    const listing = await member.get(`/integrations/connected?${query}`);
    const changing = await member.put('/policy', { activity: 'members', ...claims });

    expect(reading).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(listing).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(changing).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect((await admin.get('/policy')).body.activity).toBe('self_and_managers');
  });

  it('is asked of the token of this call alone', async () => {
    const first = caller();
    const second = caller();
    await first.put('/policy', { activity: 'members' });

    const [own, other] = await Promise.all([first.get('/policy'), second.get('/policy')]);

    expect(own.body.activity).toBe('members');
    expect(other.body.activity).toBe('self_and_managers');
  });
});
