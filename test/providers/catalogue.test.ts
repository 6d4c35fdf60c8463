import { describe, expect, it } from 'vitest';
import { expectProblem } from '../integrations/told.ts';
import { type Caller, caller, company } from '../support/api.ts';
import { aGithubAccount, connectedGithub } from '../support/standins.ts';

type Provider = {
  id: string;
  name: string;
  category: string;
  status: string;
  statusReason?: string;
  scopes: string[];
  auth: { kind: string }[];
  multiple: boolean;
  connected: boolean;
};
type Catalogue = { providers: Provider[]; categories: string[]; total: number };

const catalogue = async (who: Caller, query = ''): Promise<Catalogue> =>
  (await who.get(`/integrations/available${query}`)).body as Catalogue;

const connectedIn = async (who: Caller): Promise<string[]> =>
  (await catalogue(who)).providers.filter(({ connected }) => connected).map(({ id }) => id);

/** The ids the contract names. */
const named = [
  'jira',
  'github',
  'google_calendar',
  'microsoft_outlook',
  'slack',
  'microsoft_teams',
  'trello',
  'asana',
  'gitlab',
  'quickbooks',
  'xero',
  'google_drive',
  'notion',
  'zapier',
];

describe('the catalogue', () => {
  it('lists every provider with what the contract says of one', async () => {
    const { member } = company();

    const { providers, total } = await catalogue(member);

    expect(total).toBe(providers.length);
    expect(providers.map(({ id }) => id)).toEqual(expect.arrayContaining(named));
    expect(new Set(providers.map(({ id }) => id)).size).toBe(providers.length);
    for (const provider of providers)
      expect(provider).toMatchObject({
        id: expect.stringMatching(/^[a-z][a-z0-9_]+$/),
        name: expect.stringMatching(/\S/),
        category: expect.stringMatching(/^[a-z_]+$/),
        description: expect.stringMatching(/\S/),
        features: expect.any(Array),
        scopes: expect.arrayContaining([expect.stringMatching(/^(organization|user)$/)]),
        status: expect.stringMatching(/^(available|coming_soon|premium)$/),
        auth: expect.any(Array),
        entities: expect.any(Array),
        multiple: expect.any(Boolean),
        connected: false,
      });
  });

  it('says of what can be connected how, and of the rest why not', async () => {
    const { providers } = await catalogue(caller());

    const available = providers.filter(({ status }) => status === 'available');
    const others = providers.filter(({ status }) => status !== 'available');
    expect(available.map(({ id, auth }) => [id, auth.map(({ kind }) => kind).toSorted()])).toEqual([
      ['jira', ['api_token', 'oauth2']],
      ['github', ['api_token', 'oauth2']],
      ['google_calendar', ['oauth2', 'service_account']],
      ['microsoft_outlook', ['client_credentials', 'oauth2']],
    ]);
    expect(available.every(({ multiple }) => multiple)).toBe(true);
    expect(others.some(({ multiple }) => multiple)).toBe(false);
    expect(available.some((provider) => 'statusReason' in provider)).toBe(false);
    expect(others.every(({ statusReason }) => statusReason?.includes(' '))).toBe(true);
  });

  it('gives all categories once, in order, whatever it is filtered by', async () => {
    const reader = caller();

    const all = await catalogue(reader);
    const filtered = await catalogue(reader, '?category=code');

    expect(all.categories).toEqual([...new Set(all.providers.map(({ category }) => category))].toSorted());
    expect(filtered.categories).toEqual(all.categories);
  });

  it.each([
    ['category', 'code'],
    ['status', 'available'],
    ['status', 'coming_soon'],
    ['status', 'premium'],
  ] as const)('filters by %s %s', async (name, value) => {
    const reader = caller();
    const { providers } = await catalogue(reader);

    const filtered = await catalogue(reader, `?${name}=${value}`);

    const wanted = providers.filter((provider) => provider[name] === value);
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.length).toBeLessThan(providers.length);
    expect(filtered).toMatchObject({ providers: wanted, total: wanted.length });
  });

  it.each(['organization', 'user'])('filters by the scope %s', async (scope) => {
    const reader = caller();
    const { providers } = await catalogue(reader);

    const filtered = await catalogue(reader, `?scope=${scope}`);

    expect(filtered.providers).toEqual(providers.filter(({ scopes }) => scopes.includes(scope)));
  });

  it('filters by all of them together', async () => {
    const filtered = await catalogue(caller(), '?category=code&status=available&scope=user');

    expect(filtered.providers.map(({ id }) => id)).toEqual(['github']);
  });

  it('has nothing in a category there is not', async () => {
    const filtered = await catalogue(caller(), '?category=gardening');

    expect(filtered).toMatchObject({ providers: [], total: 0 });
  });

  it.each([
    ['status', 'status=soon'],
    ['scope', 'scope=everybody'],
    ['colour', 'colour=red'],
    ['status', 'status=available&status=premium'],
    ['category', 'category='],
  ])('refuses a filter by %s as in %s', async (name, query) => {
    const reply = await caller().get(`/integrations/available?${query}`);

    expectProblem(reply, 400, 'invalid_request', name);
  });
});

describe('whether a provider is connected', () => {
  it('is true for all of the organisation once it is the organisation’s, until it is deleted', async () => {
    const { admin, member, other, stranger } = company();

    const { id } = await connectedGithub(admin, await aGithubAccount());

    for (const one of [admin, member, other]) expect(await connectedIn(one)).toEqual(['github']);
    expect(await connectedIn(stranger)).toEqual([]);
    expect((await member.get('/providers/github')).body.provider.connected).toBe(true);
    await admin.delete(`/integrations/${id}`);
    expect(await connectedIn(admin)).toEqual([]);
  });

  it('is true for its owner alone where it is personal', async () => {
    const { admin, member } = company();

    await connectedGithub(member, await aGithubAccount(), 'user');

    expect(await connectedIn(member)).toEqual(['github']);
    expect(await connectedIn(admin)).toEqual([]);
    expect((await admin.get('/providers/github')).body.provider.connected).toBe(false);
  });
});

describe('the catalogue’s ETag', () => {
  const asked = (who: Caller, tag: string) =>
    who.get('/integrations/available', { headers: { 'if-none-match': tag } });

  it.each([
    ['itself', (tag: string) => tag],
    ['its weak form', (tag: string) => `W/${tag}`],
    ['one of several', (tag: string) => `"another", ${tag}`],
  ])('given back as %s is answered 304 without a body', async (_, given) => {
    const reader = caller();
    const tag = (await reader.get('/integrations/available')).headers.get('etag') ?? '';

    const reply = await asked(reader, given(tag));

    expect(tag).toMatch(/^"[\w-]+"$/);
    expect({ status: reply.status, text: reply.text, etag: reply.headers.get('etag') }).toEqual({
      status: 304,
      text: '',
      etag: tag,
    });
  });

  it('is another once something was connected, and per filter', async () => {
    const admin = caller();
    const before = (await admin.get('/integrations/available')).headers.get('etag') ?? '';
    const filtered = (await admin.get('/integrations/available?category=code')).headers.get('etag');

    await connectedGithub(admin, await aGithubAccount());
    const reply = await asked(admin, before);

    expect(filtered).not.toBe(before);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('etag')).not.toBe(before);
    expect(reply.headers.get('cache-control')).toBe('private, no-cache');
  });

  it('that is none of ours is answered in full', async () => {
    const reply = await asked(caller(), '"nothing"');

    expect(reply.status).toBe(200);
    expect(reply.body.total).toBeGreaterThan(0);
  });
});

describe('a provider’s page', () => {
  it('is there for every provider of the catalogue, and says the same of it', async () => {
    const reader = caller();
    const { providers } = await catalogue(reader);

    const pages = await Promise.all(providers.map(({ id }) => reader.get(`/providers/${id}`)));

    for (const [index, { status, body }] of pages.entries()) {
      const { guide: _whole, auth, ...page } = body.provider;
      const ways = (auth as Record<string, unknown>[]).map(({ guide: _guide, ...way }) => way);
      expect(status).toBe(200);
      expect({ ...page, auth: ways }).toEqual(providers[index]);
    }
  });

  it.each(['nothing', 'Jira', 'constructor', '__proto__', 'jira%2F..', '%00', 'a'.repeat(500)])(
    'is 404 for %s',
    async (id) => {
      const reply = await caller().get(`/providers/${id}`);

      expectProblem(reply, 404, 'not_found');
    },
  );
});
