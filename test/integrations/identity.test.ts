import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, inject, it } from 'vitest';
import { caller, company, local, newId, type Reply, request } from '../support/api.ts';
import { aGithubAccount, connectedGithub, type GithubAccount } from '../support/standins.ts';
import { footprint } from './stored.ts';
import { expectProblem } from './told.ts';

const signed = async (claims: Record<string, unknown>): Promise<string> =>
  (await local('POST', 'token', claims)).body.token as string;

const send = (
  authorization: string | null,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> =>
  request(`${inject('cloud').url}/api/v1${path}`, {
    method,
    headers: {
      ...headers,
      ...(authorization !== null && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

const connectBody = (account: GithubAccount, scope = 'organization') => ({
  provider: 'github',
  scope,
  auth: 'api_token',
  ...account.connection,
});

const issuer = 'https://issuer.manageros.local';
const audience = 'manageros-integrations';
type Who = { userId: string; organizationId: string; role: string };

/** A token that says the right things, signed by somebody else. */
const forged = ({ userId, organizationId, role }: Who): Promise<string> =>
  new SignJWT({ sub: userId, org_id: organizationId, org_role: role })
    .setProtectedHeader({ alg: 'RS256', kid: 'local' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The token with its payload changed and everything else left. */
const tampered = (token: string, change: object): string => {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  return [head, encoded({ ...claims, ...change }), signature].join('.');
};

/** The same claims under a header that asks for no signature. */
const unsigned = (token: string): string =>
  [encoded({ alg: 'none', typ: 'JWT' }), token.split('.')[1], ''].join('.');

describe('a call without a valid token', () => {
  const refusals: [string, (who: Who) => Promise<string | null>][] = [
    ['no token', async () => null],
    ['an empty token', async () => 'Bearer '],
    ['something that is no token', async () => 'Bearer nonsense'],
    ['another scheme', async (who) => `Basic ${await signed(who)}`],
    ['another audience', async (who) => `Bearer ${await signed({ ...who, audience: 'somebody-else' })}`],
    [
      'another issuer',
      async (who) => `Bearer ${await signed({ ...who, issuer: 'https://issuer.evil.example' })}`,
    ],
    ['an expired token', async (who) => `Bearer ${await signed({ ...who, expiresIn: -5 })}`],
    ['a signature of another key', async (who) => `Bearer ${await forged(who)}`],
    [
      'a payload changed after signing',
      async (who) => `Bearer ${tampered(await signed({ ...who, role: 'member' }), { org_role: 'admin' })}`,
    ],
    ['no signature', async (who) => `Bearer ${unsigned(await signed(who))}`],
  ];

  it.each(refusals)('with %s is 401 from the gateway and reaches nothing', async (_, authorizationOf) => {
    const admin = caller();
    const account = await aGithubAccount();
    const before = await footprint(admin);
    const authorization = await authorizationOf(admin);

    const replies = [
      await send(authorization, 'POST', '/integrations/connect', connectBody(account)),
      await send(authorization, 'GET', '/integrations/connected'),
    ];

    for (const reply of replies) {
      expect(reply.status).toBe(401);
      expect(reply.body).toEqual({ message: expect.any(String) });
    }
    expect(await account.calls()).toEqual([]);
    expect(await footprint(admin)).toEqual(before);
  });

  it('is told from one with a valid token by the token alone', async () => {
    const admin = caller();
    const account = await aGithubAccount();

    const reply = await send(
      `Bearer ${await signed(admin)}`,
      'POST',
      '/integrations/connect',
      connectBody(account),
    );

    expect(reply.status).toBe(201);
  });
});

describe('a token whose claims do not say enough', () => {
  const incomplete: [string, Record<string, string>][] = [
    ['no organisation', { organizationId: '' }],
    ['an organisation that would leave its key', { organizationId: 'org_1#USER' }],
    ['a user that would leave its key', { userId: 'user#1' }],
    ['no role', { role: '' }],
    ['an unknown role', { role: 'owner' }],
    ['a role in other letters', { role: 'ADMIN' }],
    ['a role that only begins like one', { role: 'admin,member' }],
  ];

  it.each(incomplete)('that names %s is 403', async (_, claims) => {
    const admin = caller();
    const account = await aGithubAccount();
    const before = await footprint(admin);
    const { userId, organizationId, role } = admin;
    const authorization = `Bearer ${await signed({ userId, organizationId, role, ...claims })}`;

    const replies = [
      await send(authorization, 'GET', '/integrations/connected'),
      await send(authorization, 'POST', '/integrations/connect', connectBody(account, 'user')),
    ];

    for (const reply of replies) expectProblem(reply, 403, 'forbidden');
    expect(await account.calls()).toEqual([]);
    expect(await footprint(admin)).toEqual(before);
  });

  it.each(['org:admin', 'admin'])(
    'is enough with the role %s to connect for the organisation',
    async (role) => {
      const account = await aGithubAccount();
      const claims = { userId: newId('user'), organizationId: newId('org'), role };

      const reply = await send(
        `Bearer ${await signed(claims)}`,
        'POST',
        '/integrations/connect',
        connectBody(account),
      );

      expect(reply.status).toBe(201);
      expect(reply.body.integration.createdBy).toBe(claims.userId);
    },
  );

  it.each(['org:member', 'member'])(
    'is enough with the role %s to connect for oneself only',
    async (role) => {
      const account = await aGithubAccount();
      const authorization = `Bearer ${await signed({ userId: newId('user'), organizationId: newId('org'), role })}`;

      const forAll = await send(authorization, 'POST', '/integrations/connect', connectBody(account));
      const forOneself = await send(
        authorization,
        'POST',
        '/integrations/connect',
        connectBody(account, 'user'),
      );

      expectProblem(forAll, 403, 'forbidden');
      expect(forOneself.status).toBe(201);
    },
  );
});

describe('who calls is what the token says, and nothing else', () => {
  const names = (who: Who): Record<string, string> => ({
    'x-user-id': who.userId,
    'x-organization-id': who.organizationId,
    'x-org-id': who.organizationId,
    'x-role': who.role,
    'x-org-role': who.role,
    'x-amzn-oidc-identity': who.userId,
  });
  const asQuery = ({ userId, organizationId, role }: Who): string =>
    new URLSearchParams({ userId, organizationId, role, org_id: organizationId, sub: userId }).toString();

  it('headers that name an admin do not make a member one', async () => {
    const { admin, member } = company();
    const account = await aGithubAccount();
    const before = await footprint(admin);

    const reply = await member.post('/integrations/connect', connectBody(account), { headers: names(admin) });

    expectProblem(reply, 403, 'forbidden');
    expect(await account.calls()).toEqual([]);
    expect(await footprint(admin)).toEqual(before);
  });

  it('headers and query that name another organisation show nothing of it', async () => {
    const { admin, stranger } = company();
    const integration = await connectedGithub(admin, await aGithubAccount());

    const list = await stranger.get('/integrations/connected', { headers: names(admin) });
    const one = await stranger.get(`/integrations/${integration.id}?${asQuery(admin)}`, {
      headers: names(admin),
    });
    const own = await admin.get(`/integrations/${integration.id}?${asQuery(stranger)}`, {
      headers: names(stranger),
    });

    expect(list.body.integrations).toEqual([]);
    expectProblem(one, 404, 'not_found');
    expect(own.body.integration).toEqual(integration);
  });

  it('headers and query that name a colleague show nothing of what is personal', async () => {
    const { admin, member } = company();
    const integration = await connectedGithub(member, await aGithubAccount(), 'user');

    const one = await admin.get(`/integrations/${integration.id}?${asQuery(member)}`, {
      headers: names(member),
    });

    expectProblem(one, 404, 'not_found');
  });

  it.each(['userId', 'organizationId', 'role', 'createdBy', 'owner', 'plan'])(
    'a body that names %s is refused',
    async (field) => {
      const { admin, member } = company();
      const account = await aGithubAccount();
      const before = await footprint(member);
      const body = { ...connectBody(account, 'user'), [field]: admin.userId };

      const reply = await member.post('/integrations/connect', body);

      expectProblem(reply, 400, 'invalid_request', field);
      expect(await account.calls()).toEqual([]);
      expect(await footprint(member)).toEqual(before);
    },
  );

  it('a query that names an organisation is refused where a list takes filters', async () => {
    const { admin } = company();

    const reply = await admin.get('/integrations/connected?organizationId=org_other');

    expectProblem(reply, 400, 'invalid_request', 'organizationId');
  });

  it('what is connected belongs to the caller whatever headers say', async () => {
    const { admin, member, stranger } = company();
    const account = await aGithubAccount();

    const reply = await member.post('/integrations/connect', connectBody(account, 'user'), {
      headers: names(stranger),
    });

    expect(reply.body.integration.createdBy).toBe(member.userId);
    expect((await member.get('/integrations/connected')).body.integrations).toHaveLength(1);
    for (const other of [admin, stranger])
      expect((await other.get('/integrations/connected')).body.integrations).toEqual([]);
  });
});
