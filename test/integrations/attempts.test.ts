import { describe, expect, it } from 'vitest';
import type { Fault } from '../../infra/local/standins/standin.ts';
import { accountOf } from '../providers/accounts.ts';
import { type Caller, caller, company, type Reply } from '../support/api.ts';
import { plantedSecret } from '../support/secrets.ts';
import { aGithubAccount, aJiraSite, control } from '../support/standins.ts';
import { footprint } from './stored.ts';
import { expectProblem } from './told.ts';

/** Credentials are tried at the provider before anything is stored: connecting refuses, the dry run tells. */

const bodyOf = (provider: string, connection: object) => ({
  provider,
  scope: 'organization',
  auth: 'api_token',
  ...connection,
});
const both = async (who: Caller, body: object) => {
  const paths = ['/integrations/connect', '/integrations/test'];
  const [connecting, trying] = await Promise.all(paths.map((path) => who.post(path, body)));
  return { connecting, trying } as { connecting: Reply; trying: Reply };
};

type Case = {
  how: string;
  act: Fault['act'];
  status: number;
  code: string;
  retryAfter?: string;
};
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Fault['act'] => ({
  kind: 'answer',
  status,
  headers,
  body,
});
const json = { 'content-type': 'application/json' };
const html = '<!doctype html><title>Sign in</title><p>Please sign in</p>';
const broken = { status: 502, code: 'provider_error' };
const unreachable = { status: 503, code: 'provider_unreachable' };
const limited = { status: 503, code: 'provider_rate_limited' };

const cases: Case[] = [
  { how: 'says 401', act: answer(401, {}), status: 422, code: 'provider_unauthorized' },
  { how: 'says 403', act: answer(403, {}), status: 422, code: 'provider_forbidden' },
  { how: 'says 404', act: answer(404, {}), status: 422, code: 'provider_not_found' },
  { how: 'says 429', act: answer(429, {}), ...limited, retryAfter: '60' },
  {
    how: 'says 429 and until when',
    act: answer(429, {}, { 'retry-after': '120' }),
    ...limited,
    retryAfter: '120',
  },
  {
    how: 'says 429 for a week',
    act: answer(429, {}, { 'retry-after': '604800' }),
    ...limited,
    retryAfter: '3600',
  },
  { how: 'says 500', act: answer(500, {}), ...broken },
  { how: 'says 503 in HTML', act: answer(503, html, { 'content-type': 'text/html' }), ...broken },
  { how: 'says 418', act: answer(418, {}), ...broken },
  { how: 'answers with a page', act: answer(200, html, { 'content-type': 'text/html' }), ...broken },
  { how: 'answers with half of a JSON', act: answer(200, '{"accountId":"x', json), ...broken },
  { how: 'answers with another JSON', act: answer(200, { hello: 'world' }), ...broken },
  { how: 'answers with null', act: answer(200, 'null', json), ...broken },
  { how: 'answers with nothing', act: answer(204, undefined), ...broken },
  { how: 'cuts the connection', act: { kind: 'reset' }, ...unreachable },
  { how: 'cuts its answer', act: { kind: 'cut' }, ...unreachable },
];

const ways = ['jira', 'github'].flatMap((provider) => cases.map((one) => ({ provider, ...one })));

/** Side by side: a provider that fails is asked again, one that hangs is waited for. */
describe.concurrent('a provider in trouble', () => {
  it.each(ways)(
    '$provider that $how makes $code of it',
    async ({ provider, act, status, code, retryAfter }) => {
      const admin = caller();
      const account = await accountOf(provider);
      await account.fault(act, 1000);
      const before = await footprint(admin);

      const { connecting, trying } = await both(admin, bodyOf(provider, account.connection));

      expectProblem(connecting, status, code);
      if (retryAfter !== undefined) expect(connecting.headers.get('retry-after')).toBe(retryAfter);
      expect(trying.status).toBe(200);
      expect(trying.body).toEqual({ ok: false, code, hint: expect.stringMatching(/\w+ \w+/) });
      expect(await footprint(admin)).toEqual(before);
    },
  );

  it('that never answers is provider_unreachable', async () => {
    const admin = caller();
    const [jira, github] = [await accountOf('jira'), await accountOf('github')];
    for (const account of [jira, github]) await account.fault({ kind: 'hang' }, 1000);
    const before = await footprint(admin);

    const [one, two] = await Promise.all([
      admin.post('/integrations/connect', bodyOf('jira', jira.connection)),
      admin.post('/integrations/test', bodyOf('github', github.connection)),
    ]);

    expectProblem(one, 503, 'provider_unreachable');
    expect(two.body).toMatchObject({ ok: false, code: 'provider_unreachable' });
    expect(await footprint(admin)).toEqual(before);
  });

  it.each(['jira', 'github'])(
    '%s that fails once and then answers is connected all the same',
    async (provider) => {
      const admin = caller();
      const account = await accountOf(provider);
      await account.fault({ kind: 'reset' });
      await account.fault(answer(503, {}));

      const reply = await admin.post('/integrations/connect', bodyOf(provider, account.connection));

      expect(reply.status).toBe(201);
    },
  );

  it('GitHub that limits with 403 says until when', async () => {
    const admin = caller();
    const account = await aGithubAccount();
    const reset = Math.floor(Date.now() / 1000) + 900;
    const limits = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
    await account.fault({ times: 100, act: answer(403, {}, limits) });

    const reply = await admin.post('/integrations/connect', bodyOf('github', account.connection));

    expectProblem(reply, 503, 'provider_rate_limited');
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(800);
    expect(Number(reply.headers.get('retry-after'))).toBeLessThanOrEqual(900);
  });
});

describe('wrong credentials', () => {
  it.each([
    ['another token', async () => ({ apiToken: plantedSecret('wrong') })],
    ['another person’s address', async () => ({ username: 'somebody@else.example' })],
    ['the token of another site', async () => ({ apiToken: (await aJiraSite()).apiToken })],
  ])('for Jira with %s are provider_unauthorized and leave no row', async (_, wrong) => {
    const admin = caller();
    const { connection } = await aJiraSite();
    const before = await footprint(admin);
    const credentials = { ...connection.credentials, ...(await wrong()) };

    const { connecting, trying } = await both(admin, bodyOf('jira', { ...connection, credentials }));

    expectProblem(connecting, 422, 'provider_unauthorized');
    expect(trying.body).toEqual({ ok: false, code: 'provider_unauthorized', hint: expect.any(String) });
    for (const { text } of [connecting, trying]) expect(text).not.toContain(credentials.apiToken);
    expect(await footprint(admin)).toEqual(before);
  });

  it('for Jira are told also where the site serves them as nobody', async () => {
    const admin = caller();
    const site = await aJiraSite({ badCredentials: 'anonymous' });
    const credentials = { ...site.connection.credentials, apiToken: plantedSecret('wrong') };
    const before = await footprint(admin);

    const { connecting, trying } = await both(admin, bodyOf('jira', { ...site.connection, credentials }));

    expectProblem(connecting, 422, 'provider_unauthorized');
    expect(trying.body).toMatchObject({ ok: false, code: 'provider_unauthorized' });
    expect(await footprint(admin)).toEqual(before);
  });

  it('for GitHub are provider_unauthorized and leave no row', async () => {
    const admin = caller();
    const { token } = await aGithubAccount();
    await control('github', 'POST', 'tokens/revoke', { token });
    const before = await footprint(admin);

    const { connecting, trying } = await both(admin, bodyOf('github', { credentials: { token } }));

    expectProblem(connecting, 422, 'provider_unauthorized');
    expect(trying.body).toMatchObject({ ok: false, code: 'provider_unauthorized' });
    for (const { text } of [connecting, trying]) expect(text).not.toContain(token);
    expect(await footprint(admin)).toEqual(before);
  });
});

describe('a dry run', () => {
  it.each(['jira', 'github'])(
    'of good credentials for %s gives the account and writes nothing',
    async (provider) => {
      const admin = caller();
      const { connection } = await accountOf(provider);
      const before = await footprint(admin);

      const tried = await admin.post('/integrations/test', bodyOf(provider, connection));

      expect(tried.status).toBe(200);
      expect(await footprint(admin)).toEqual(before);
      const connected = await admin.post('/integrations/connect', bodyOf(provider, connection));
      expect(tried.body).toEqual({ ok: true, account: connected.body.integration.account });
    },
  );

  it('for the organisation is for admins, for oneself for every member', async () => {
    const { member } = company();
    const account = await aGithubAccount();
    const body = bodyOf('github', account.connection);
    const before = await footprint(member);

    const forAll = await member.post('/integrations/test', body);
    const callsThen = await account.calls();
    const forOneself = await member.post('/integrations/test', { ...body, scope: 'user' });

    expectProblem(forAll, 403, 'forbidden');
    expect(callsThen).toEqual([]);
    expect(forOneself.body).toMatchObject({ ok: true });
    expect(await footprint(member)).toEqual(before);
  });

  it('of an account that is connected already is still only a try', async () => {
    const admin = caller();
    const { connection } = await aGithubAccount();
    await admin.post('/integrations/connect', bodyOf('github', connection));
    const before = await footprint(admin);

    const reply = await admin.post('/integrations/test', bodyOf('github', connection));

    expect(reply.body).toMatchObject({ ok: true });
    expect(await footprint(admin)).toEqual(before);
  });

  it.each([
    ['provider', { provider: 'nothing' }],
    ['scope', { scope: 'everybody' }],
    ['auth', { auth: 'client_credentials' }],
    ['credentials.token', { credentials: {} }],
    ['credentials.nonsense', { credentials: { token: 'x', nonsense: 'y' } }],
    ['returnTo', { returnTo: 'nowhere' }],
    ['nonsense', { nonsense: 1 }],
  ])('is held to the same form: it names %s', async (path, change) => {
    const admin = caller();
    const account = await aGithubAccount();
    const before = await footprint(admin);

    const reply = await admin.post('/integrations/test', {
      ...bodyOf('github', account.connection),
      ...change,
    });

    expectProblem(reply, 400, 'invalid_request', path);
    expect(await account.calls()).toEqual([]);
    expect(await footprint(admin)).toEqual(before);
  });

  it('of a provider that is coming soon is 409', async () => {
    const reply = await caller().post('/integrations/test', bodyOf('slack', {}));

    expectProblem(reply, 409, 'provider_not_available');
  });
});
