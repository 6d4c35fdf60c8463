import { describe, expect, inject, it } from 'vitest';
import { moment } from '../integrations/told.ts';
import { caller } from '../support/api.ts';
import { answered, begin, cameBack, complete, consent, wentThrough } from '../support/consent.ts';
import { aPerson, providers, tokenCalls } from './people.ts';

/** One call, one link, one call: how each provider is connected by consent. */

const { url } = inject('cloud');

/** What each provider's authorization address must say besides what they all say. */
const quirks: Record<string, Record<string, string>> = {
  jira: { audience: 'api.atlassian.com', prompt: 'consent' },
  github: { code_challenge_method: 'S256' },
  google_calendar: { access_type: 'offline', prompt: 'consent', code_challenge_method: 'S256' },
  microsoft_outlook: { response_mode: 'query', code_challenge_method: 'S256' },
};
const paths: Record<string, string> = {
  jira: '/authorize',
  github: '/login/oauth/authorize',
  google_calendar: '/o/oauth2/v2/auth',
  microsoft_outlook: '/organizations/oauth2/v2.0/authorize',
};

describe.each(providers)('%s', (provider) => {
  it('is begun with the scopes and what they are for, before anybody is asked', async () => {
    const person = await aPerson(provider);

    const attempt = await begin(caller(), provider);

    expect(attempt.scopes.length).toBeGreaterThan(2);
    for (const one of attempt.scopes)
      expect(one).toEqual({
        scope: expect.stringMatching(/./),
        purpose: expect.stringMatching(/^[A-Z].*\.$/),
      });
    expect(attempt.id).toMatch(/^att_[\w-]{43}$/);
    expect(attempt.expiresAt).toEqual(moment);
    expect(await tokenCalls(provider, person)).toEqual([]);
  });

  it('is consented to at an address that says what it must, encoded, and nothing else', async () => {
    const { authorizationUrl, scopes } = await begin(caller(), provider);

    const address = new URL(authorizationUrl);
    const { state, code_challenge: challenge, scope, ...rest } = Object.fromEntries(address.searchParams);
    expect(address.origin + address.pathname).toBe(`${inject('cloud').standins[provider]}${paths[provider]}`);
    expect(rest).toEqual({
      response_type: 'code',
      client_id: expect.stringMatching(/./),
      redirect_uri: `${url}/api/v1/oauth/callback/${provider}`,
      ...quirks[provider],
    });
    expect(scope?.split(' ')).toEqual(scopes.map((one) => one.scope));
    expect(state).toMatch(/^[\w-]{43}$/);
    if (quirks[provider]?.['code_challenge_method']) expect(challenge).toMatch(/^[\w-]{43}$/);
    expect(address.search).toContain(`redirect_uri=${encodeURIComponent(`${url}/api/v1/oauth/callback/`)}`);
    expect(address.search).toMatch(/^\?[\w.*~%+=&-]+$/);
  });

  it('has another state and another challenge each time, and no id tells the state', async () => {
    const who = caller();
    const attempts = await Promise.all([1, 2, 3].map(() => begin(who, provider)));
    const of = (name: string) =>
      attempts.map(({ authorizationUrl }) => new URL(authorizationUrl).searchParams.get(name));

    expect(new Set(of('state')).size).toBe(3);
    expect(new Set(attempts.map(({ id }) => id)).size).toBe(3);
    if (quirks[provider]?.['code_challenge_method']) expect(new Set(of('code_challenge')).size).toBe(3);
    for (const [index, { id }] of attempts.entries()) expect(id).not.toContain(of('state')[index]);
  });

  it('sends the browser back to the page with a ticket, and asks nothing of the provider yet', async () => {
    const person = await aPerson(provider);
    const attempt = await begin(caller(), provider);
    const callback = await answered(attempt, person);

    const back = await cameBack(callback);

    const location = back.headers.get('location') ?? '';
    expect(back).toMatchObject({ status: 303, page: `${url}/local/return`, text: '', error: null });
    expect(location).toBe(`${url}/local/return#attempt=${attempt.id}&ticket=${back.ticket}`);
    expect(back.ticket).toMatch(/^[\w-]{43}$/);
    for (const name of ['code', 'state'])
      expect(location).not.toContain(new URL(callback).searchParams.get(name));
    expect(back.headers.get('referrer-policy')).toBe('no-referrer');
    expect(back.headers.get('cache-control')).toBe('no-store');
    expect(await tokenCalls(provider, person)).toEqual([]);
  });

  it('is connected when it is completed: listed as active, with its account, and in use', async () => {
    const admin = caller();
    const person = await aPerson(provider);
    const back = await wentThrough(await begin(admin, provider), person);

    const reply = await complete(admin, back);

    expect(reply.status).toBe(201);
    const { integration } = reply.body;
    expect(integration).toMatchObject({
      provider,
      scope: 'organization',
      status: 'active',
      auth: 'oauth2',
      health: { state: 'healthy' },
      secrets: {},
      version: 1,
      createdBy: admin.userId,
    });
    expect(integration.account.id).toMatch(/./);
    const { body } = await admin.get('/integrations/connected');
    expect(body.integrations).toEqual([integration]);
    expect((await admin.post(`/integrations/${integration.id}/test`)).body).toMatchObject({ ok: true });
    expect(await tokenCalls(provider, person)).toMatchObject([
      { grant: 'authorization_code', outcome: 'issued' },
    ]);
  });

  it('is connected for a member alone, who is asked for no more than an admin', async () => {
    const admin = caller();
    const member = caller({ organizationId: admin.organizationId, role: 'member' });
    const person = await aPerson(provider);

    const refused = await member.post('/integrations/connect', {
      provider,
      scope: 'organization',
      auth: 'oauth2',
    });
    const integration = await consent(member, { provider, scope: 'user', ...person });

    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(integration).toMatchObject({ scope: 'user', status: 'active' });
    expect((await admin.get('/integrations/connected')).body.integrations).toEqual([]);
    expect((await admin.get(`/integrations/${integration.id}`)).status).toBe(404);
  });
});
