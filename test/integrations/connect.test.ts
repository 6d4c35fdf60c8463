import { describe, expect, it } from 'vitest';
import { type Caller, caller, company, type Reply } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  control,
  type GithubAccount,
} from '../support/standins.ts';
import { footprint, rowsOf } from './stored.ts';
import { basic, callsWith, expectProblem, moment } from './told.ts';

const github = (account: GithubAccount, more: object = {}) => ({
  provider: 'github',
  scope: 'organization',
  auth: 'api_token',
  ...account.connection,
  ...more,
});

const connect = (who: Caller, body: object) => who.post('/integrations/connect', body);

const namesOf = async (who: Caller): Promise<string[]> => {
  const { body } = await who.get('/integrations/connected');
  return (body.integrations as { name: string }[]).map(({ name }) => name).toSorted();
};

const byStatus = (replies: Reply[]) => replies.toSorted((a, b) => a.status - b.status) as [Reply, Reply];

describe('connecting', () => {
  it('Jira gives the integration as the contract writes it', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const { users } = await site.control<{ users: { accountId: string }[] }>('GET', '');

    const reply = await connect(admin, {
      provider: 'jira',
      scope: 'organization',
      auth: 'api_token',
      ...site.connection,
    });

    expect(reply.status).toBe(201);
    expect(reply.headers.get('content-type')).toBe('application/json');
    expect(reply.body).toEqual({
      integration: {
        id: expect.stringMatching(/^int_/),
        provider: 'jira',
        name: 'Jira',
        scope: 'organization',
        status: 'active',
        enabled: true,
        auth: 'api_token',
        account: { id: users[0]?.accountId, name: 'Site Admin', email: site.username, url: site.baseUrl },
        settings: { baseUrl: site.baseUrl },
        secrets: {
          username: { set: true, updatedAt: moment },
          apiToken: { set: true, updatedAt: moment },
        },
        entities: [
          { type: 'person', searchable: true, linkableTo: ['Person'] },
          {
            type: 'issue',
            searchable: true,
            linkableTo: ['Task', 'Initiative', 'Meeting', 'MeetingInstance', 'OneOnOne'],
          },
        ],
        health: { state: 'healthy' },
        lastTestedAt: moment,
        version: 1,
        createdAt: moment,
        updatedAt: moment,
        createdBy: admin.userId,
      },
    });
  });

  it('GitHub gives the account behind the token, asked with that token alone', async () => {
    const admin = caller();
    const account = await aGithubAccount({ name: 'Grace Hopper' });

    const reply = await connect(admin, github(account, { name: 'Code' }));

    expect(reply.status).toBe(201);
    expect(reply.body.integration).toMatchObject({
      provider: 'github',
      name: 'Code',
      account: {
        id: expect.stringMatching(/^\d+$/),
        name: 'Grace Hopper',
        url: `https://github.com/${account.login}`,
      },
      settings: {},
      secrets: { token: { set: true, updatedAt: moment } },
    });
    expect((await account.calls()).map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /user']);
  });

  it('stores the integration and its credentials, and no secret in clear', async () => {
    const admin = caller();
    const account = await aGithubAccount();

    const { id } = await connectedGithub(admin, account);

    const rows = await rowsOf(admin);
    expect(rows.map(({ sk }) => sk)).toEqual(expect.arrayContaining([`INT#${id}`, `CRED#${id}`]));
    expect(rows.every(({ pk }) => pk === `ORG#${admin.organizationId}`)).toBe(true);
    const text = JSON.stringify(rows, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    expect(text).toContain(id);
    expect(text).not.toContain(account.token);
  });

  it('for the organisation is for admins: a member gets 403 and the provider is not asked', async () => {
    const { admin, member } = company();
    const account = await aGithubAccount();
    const before = await footprint(admin);

    const reply = await connect(member, github(account));

    expectProblem(reply, 403, 'forbidden');
    expect(await account.calls()).toEqual([]);
    expect(await footprint(admin)).toEqual(before);
  });

  it('for oneself is for every member, and is stored as that user’s in that organisation', async () => {
    const { member } = company();
    const elsewhere = caller({ userId: member.userId });

    const { id, scope, createdBy } = await connectedGithub(member, await aGithubAccount(), 'user');

    expect({ scope, createdBy }).toEqual({ scope: 'user', createdBy: member.userId });
    const row = (await rowsOf(member)).find(({ sk }) => sk === `INT#${id}`);
    expect(row?.pk).toBe(`ORG#${member.organizationId}#USER#${member.userId}`);
    expect((await elsewhere.get('/integrations/connected')).body.integrations).toEqual([]);
    expectProblem(await elsewhere.get(`/integrations/${id}`), 404, 'not_found');
  });

  it('for oneself gives a member all that a holder may do', async () => {
    const { member } = company();
    const { id } = await connectedGithub(member, await aGithubAccount(), 'user');

    const answers = [
      await member.get(`/integrations/${id}`),
      await member.post(`/integrations/${id}/search`, { query: 'nobody' }),
      await member.post(`/integrations/${id}/test`),
      await member.patch(`/integrations/${id}`, { name: 'Mine', version: 1 }),
      await member.delete(`/integrations/${id}`),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 204]);
    expect((await member.get('/integrations/connected')).body.integrations).toEqual([]);
  });
});

describe('what cannot be connected', () => {
  it.each(['nothing_like_it', 'constructor', 'Jira', 'jira ', '', 7, null])(
    'the provider %j is 400 and named',
    async (provider) => {
      const admin = caller();
      const account = await aGithubAccount();
      const before = await footprint(admin);

      const reply = await connect(admin, github(account, { provider }));

      expectProblem(reply, 400, 'invalid_request', 'provider');
      expect(await account.calls()).toEqual([]);
      expect(await footprint(admin)).toEqual(before);
    },
  );

  it.each([
    ['scope', 'neither word', 'global'],
    ['scope', 'in other letters', 'Organization'],
    ['scope', 'null', null],
    ['auth', 'no kind', 'password'],
    ['auth', 'a kind of other providers', 'service_account'],
    ['name', 'blank', '   '],
    ['name', 'over-long', 'a'.repeat(101)],
    ['name', 'two lines', 'two\nlines'],
    ['name', 'reordered', 'turned \u202e round'],
    ['name', 'a number', 5],
    ['returnTo', 'an address', 'https://evil.example/'],
    ['returnTo', 'on no list', 'nowhere'],
    ['settings', 'a text', 'text'],
    ['credentials', 'a list', ['list']],
    ['nonsense', 'unknown', 'x'],
  ])('a field %s that is %s is 400 and named', async (field, _, value) => {
    const admin = caller();
    const account = await aGithubAccount();
    const before = await footprint(admin);

    const reply = await connect(admin, github(account, { [field]: value }));

    expectProblem(reply, 400, 'invalid_request', field);
    expect(await account.calls()).toEqual([]);
    expect(await footprint(admin)).toEqual(before);
  });

  it('a body without anything is 400 that names all it needs', async () => {
    const admin = caller();
    const before = await footprint(admin);

    const reply = await connect(admin, {});

    expectProblem(reply, 400, 'invalid_request', 'provider', 'scope', 'auth');
    expect(await footprint(admin)).toEqual(before);
  });

  it('a page to return to that stands on the list is taken', async () => {
    const admin = caller();

    const reply = await connect(admin, github(await aGithubAccount(), { returnTo: 'default' }));

    expect(reply.status).toBe(201);
  });

  it('every provider that is coming soon is 409 with the reason the catalogue gives', async () => {
    const admin = caller();
    const { body } = await admin.get('/integrations/available?status=coming_soon');
    const providers = body.providers as { id: string; statusReason: string; scopes: string[] }[];
    const before = await footprint(admin);

    const replies = await Promise.all(
      providers.map(({ id, scopes: [scope] }) =>
        connect(admin, { provider: id, scope, auth: 'oauth2', credentials: { token: 'x' } }),
      ),
    );

    expect(providers.length).toBeGreaterThan(10);
    for (const reply of replies) expectProblem(reply, 409, 'provider_not_available');
    expect(replies.map((reply) => reply.body.detail)).toEqual(providers.map((one) => one.statusReason));
    expect(await footprint(admin)).toEqual(before);
  });

  it('a premium provider without the plan is 402 with the reason', async () => {
    const admin = caller();
    const { body } = await admin.get('/integrations/available?status=premium');
    const [premium] = body.providers as { id: string; statusReason: string }[];
    const before = await footprint(admin);
    const asked = { provider: premium?.id, scope: 'organization', auth: 'api_token' };

    const connecting = await connect(admin, asked);
    const trying = await admin.post('/integrations/test', asked);

    for (const reply of [connecting, trying]) {
      expectProblem(reply, 402, 'plan_required');
      expect(reply.body.detail).toBe(premium?.statusReason);
    }
    expect(await footprint(admin)).toEqual(before);
  });

  it('a premium provider with the plan is 409 as long as it cannot be connected', async () => {
    const admin = caller({ plan: 'premium' });
    const before = await footprint(admin);

    const reply = await admin.post('/integrations/connect', {
      provider: 'zapier',
      scope: 'organization',
      auth: 'api_token',
    });

    expectProblem(reply, 409, 'provider_not_available');
    expect(await footprint(admin)).toEqual(before);
  });
});

describe('names', () => {
  it('default to the provider’s, numbered from the second on', async () => {
    const admin = caller();

    for (let count = 0; count < 3; count += 1) await connectedGithub(admin, await aGithubAccount());

    expect(await namesOf(admin)).toEqual(['GitHub', 'GitHub 2', 'GitHub 3']);
  });

  it('that default step over those taken in other letters', async () => {
    const admin = caller();
    await connectedGithub(admin, await aGithubAccount(), 'organization', { name: 'gITHUB' });
    await connectedGithub(admin, await aGithubAccount(), 'organization', { name: 'ＧｉｔＨｕｂ 2' });

    const { name } = await connectedGithub(admin, await aGithubAccount());

    expect(name).toBe('GitHub 3');
  });

  it.each(['Code', 'CODE', ' code ', 'Ｃｏｄｅ'])(
    'are taken once: beside “Code” there is no %j',
    async (name) => {
      const admin = caller();
      await connectedGithub(admin, await aGithubAccount(), 'organization', { name: 'Code' });
      const before = await footprint(admin);

      const reply = await connect(admin, github(await aGithubAccount(), { name }));

      expectProblem(reply, 409, 'conflict', 'name');
      expect(await footprint(admin)).toEqual(before);
    },
  );

  it('of one owner do not hinder another', async () => {
    const { admin, member, stranger } = company();
    await connectedGithub(admin, await aGithubAccount(), 'organization', { name: 'Code' });

    const personal = await connectedGithub(member, await aGithubAccount(), 'user', { name: 'Code' });
    const foreign = await connectedGithub(stranger, await aGithubAccount(), 'organization', { name: 'Code' });

    expect([personal.name, foreign.name]).toEqual(['Code', 'Code']);
  });

  it('that default never collide, were ten connected at once', async () => {
    const admin = caller();
    const accounts = await Promise.all(Array.from({ length: 10 }, () => aGithubAccount()));

    const replies = await Promise.all(accounts.map((account) => connect(admin, github(account))));

    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201));
    const numbered = Array.from({ length: 9 }, (_, index) => `GitHub ${index + 2}`);
    expect(await namesOf(admin)).toEqual(['GitHub', ...numbered].toSorted());
  });
});

describe('the same account upstream', () => {
  it('is connected once per owner, whatever token it is given with', async () => {
    const admin = caller();
    const account = await aGithubAccount();
    await connectedGithub(admin, account);
    const token = `${account.token}-second`;
    await control('github', 'POST', 'tokens', { token, user: account.login, scopes: ['repo'] });
    const before = await footprint(admin);

    const reply = await connect(admin, github(account, { credentials: { token }, name: 'Again' }));

    expectProblem(reply, 409, 'already_connected');
    expect(await footprint(admin)).toEqual(before);
  });

  it('may be connected by other owners too', async () => {
    const { admin, member, stranger } = company();
    const account = await aGithubAccount();
    await connectedGithub(admin, account);

    const replies = [
      await connect(admin, github(account, { scope: 'user' })),
      await connect(member, github(account, { scope: 'user' })),
      await connect(stranger, github(account)),
    ];

    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
  });

  it('on two Jira sites is two accounts', async () => {
    const admin = caller();
    const [one, two] = [await aJiraSite(), await aJiraSite()];
    const accountId = 'qm:the-same-on-both';
    for (const site of [one, two]) {
      const { users } = await site.control<{ users: { accountId: string }[] }>('GET', '');
      await site.control('PATCH', `/users/${encodeURIComponent(users[0]?.accountId ?? '')}`, { accountId });
    }

    const first = await connectedJira(admin, one);
    const second = await connectedJira(admin, two);

    expect([first.account.id, second.account.id]).toEqual([accountId, accountId]);
    expect(await callsWith('jira', basic(two.username, two.apiToken))).toHaveLength(1);
  });

  it('connected twice at once gives one 201 and one 409', async () => {
    for (let round = 0; round < 5; round += 1) {
      const admin = caller();
      const account = await aGithubAccount();

      const replies = await Promise.all([connect(admin, github(account)), connect(admin, github(account))]);

      const [made, refused] = byStatus(replies);
      expect(made.status).toBe(201);
      expectProblem(refused, 409, 'already_connected');
      expect(await namesOf(admin)).toEqual(['GitHub']);
    }
  });

  it('or its name asked for twice at once gives one 201 and one 409', async () => {
    for (let round = 0; round < 5; round += 1) {
      const admin = caller();
      const accounts = [await aGithubAccount(), await aGithubAccount()];

      const replies = await Promise.all(
        accounts.map((account) => connect(admin, github(account, { name: 'Code' }))),
      );

      const [made, refused] = byStatus(replies);
      expect(made.status).toBe(201);
      expectProblem(refused, 409, 'conflict', 'name');
      expect(await namesOf(admin)).toEqual(['Code']);
    }
  });
});
