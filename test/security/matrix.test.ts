import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';
import type { Operation } from '../../lib/contract/define.ts';
import { operations } from '../../lib/contract/operations/index.ts';
import { caller } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { settled } from '../support/table.ts';
import { attempt, expectNothing, lines, roleOf, send, watched } from './call.ts';
import { aCompany, type Company } from './company.ts';
import { matrix, type Way } from './matrix.ts';
import { refusedTokens } from './tokens.ts';

/** Who may not call what. Everything here is generated from the definitions and `matrix.ts`. */

let cloud: Cloud;
let company: Company;
beforeAll(async () => {
  cloud = await startCloud();
  company = await aCompany(cloud);
  await settled(cloud);
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const guarded = lines.filter(({ operation }) => roleOf(operation) !== null);
const open = lines.filter(({ operation }) => operation.access.by === 'public');
const signed = lines.filter(({ operation }) => operation.access.by === 'signature');
const forMembersOnlyInPart = guarded.filter(
  ({ operation, way }) => roleOf(operation) !== 'member' || way.member === 'forbidden',
);
const ofThings = guarded.filter(({ way }) => way.names !== null);

describe('the matrix', () => {
  it('has a row for every operation, and for nothing else', () => {
    expect(Object.keys(matrix).toSorted()).toEqual(operations.map(({ id }) => id).toSorted());
    expectTypeOf<keyof typeof matrix>().toEqualTypeOf<(typeof operations)[number]['id']>();
  });

  it('forgets no id that an operation needs', () => {
    const integrations: Way['names'][] = ['integration', 'calendar'];
    const namesIn = ({ path, body, query }: Operation): Way['names'][] | null => {
      if (path.startsWith('/links/{id}')) return ['link'];
      if (path.startsWith('/oauth/attempts/{id}')) return ['attempt'];
      if (path.includes('{id}')) return integrations;
      const schemas = [body, query].filter((one) => one !== null && one !== 'raw');
      const needed = schemas.flatMap((schema) => z.toJSONSchema(schema, { io: 'input' }).required ?? []);
      return needed.includes('integrationId') ? integrations : null;
    };

    for (const { name, operation, way } of lines)
      if (namesIn(operation) !== null) expect(namesIn(operation), name).toContain(way.names);
  });
});

describe.each(guarded)('$name', (line) => {
  it.each(Object.keys(refusedTokens))('is refused by the gateway with %s', async (name) => {
    const { admin, organization } = company;
    const token = (await refusedTokens[name]?.(cloud, admin)) ?? null;

    const { reply, ...left } = await watched(cloud, () =>
      send(cloud, line, line.way.parts(organization, company), token),
    );

    expect(reply.status).toBe(401);
    expect(reply.text).toBe('{"message":"Unauthorized"}');
    expectNothing(line, left);
  });

  it.each([
    ['no organisation', { organizationId: '' }],
    ['a role nobody knows', { role: 'owner' as 'admin' }],
    ['a role in capitals', { role: 'ADMIN' as 'admin' }],
    ['no role', { role: '' as 'admin' }],
  ])('is refused for a token with %s', async (_, claims) => {
    const { admin, organization } = company;
    const somebody = caller({ ...admin, ...claims }, cloud.url);

    const { reply, ...left } = await watched(cloud, () =>
      attempt(cloud, line, company, organization, somebody),
    );

    expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expectNothing(line, left);
  });
});

describe.each(open)('$name', (line) => {
  it('is open to everybody', async () => {
    const reply = await send(cloud, line, line.way.parts(company.organization, company), null);

    const allowed = Object.values(line.operation.answers).map(({ status }) => status);
    expect(allowed.filter((status) => status < 400)).toContain(reply.status);
  });
});

describe.each(signed)('$name', (line) => {
  it('is open to nobody who does not sign, whatever their token', async () => {
    const { admin, organization } = company;
    const parts = line.way.parts(organization, company);

    for (const token of [null, await admin.token()]) {
      const { reply, ...left } = await watched(cloud, () => send(cloud, line, parts, token));

      expect(reply).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      expectNothing(line, left);
    }
  });
});

describe.each(forMembersOnlyInPart)('$name', (line) => {
  it('is refused for a member on what is the organisation’s', async () => {
    const { member, organization } = company;

    const { reply, ...left } = await watched(cloud, () =>
      attempt(cloud, line, company, organization, member),
    );

    expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expectNothing(line, left);
  });

  it('is refused all the same when headers claim another role, user or organisation', async () => {
    const { admin, member, organization } = company;
    const claims = {
      'x-user-id': admin.userId,
      'x-organization-id': admin.organizationId,
      'x-org-role': 'admin',
      'x-role': 'admin',
      org_role: 'admin',
      'x-amzn-oidc-identity': admin.userId,
      'x-forwarded-user': admin.userId,
    };

    const { reply, ...left } = await watched(cloud, () =>
      attempt(cloud, line, company, organization, member, claims),
    );

    expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expectNothing(line, left);
  });
});

describe.each(guarded.filter(({ way }) => way.member === 'nothing'))('$name', (line) => {
  it('shows a member nothing of what is not theirs', async () => {
    const { member, organization } = company;

    const { reply, ...left } = await watched(cloud, () =>
      attempt(cloud, line, company, organization, member),
    );

    expect(reply.status).toBe(200);
    expect(organization.marks.filter((mark) => reply.text.includes(mark))).toEqual([]);
    expectNothing(line, left);
  });
});

describe.each(guarded.filter(({ way }) => way.member === 'unknown'))('$name', (line) => {
  it('does not exist for a member where it is somebody else’s', async () => {
    const { member, organization } = company;

    const { reply, ...left } = await watched(cloud, () =>
      attempt(cloud, line, company, organization, member),
    );

    expect(reply).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expectNothing(line, left);
  });
});

describe.each(ofThings)('$name', (line) => {
  it.each([
    ['the organisation’s, asked for by another organisation’s admin', 'organization', 'stranger'],
    ['a member’s own, asked for by another organisation’s admin', 'personal', 'stranger'],
    ['a member’s own, asked for by an admin of the same organisation', 'personal', 'admin'],
    ['a member’s own, asked for by another member', 'personal', 'colleague'],
  ] as const)('does not know %s', async (_, subject, who) => {
    const { reply, ...left } = await watched(cloud, () =>
      attempt(cloud, line, company, company[subject], company[who]),
    );

    expect(reply).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expectNothing(line, left);
  });
});
