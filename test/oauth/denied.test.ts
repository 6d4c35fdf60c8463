import { describe, expect, inject, it } from 'vitest';
import { footprint, rowsOf } from '../integrations/stored.ts';
import { expectProblem } from '../integrations/told.ts';
import { caller } from '../support/api.ts';
import { answered, begin, beginAgain, cameBack, complete, consent, wentThrough } from '../support/consent.ts';
import { aPerson, providers, tokenCalls } from './people.ts';

/** A consent that is not given, and providers that could not ask for it. */

const { url } = inject('cloud');

describe.each(providers)('at %s', (provider) => {
  it('who refuses comes back to the page with the reason, and connects nothing', async () => {
    const admin = caller();
    const person = await aPerson(provider);
    const attempt = await begin(admin, provider);

    const back = await wentThrough(attempt, { ...person, denies: true });
    const reply = await complete(admin, back);

    expect(back.headers.get('location')).toBe(
      `${url}/local/return#attempt=${attempt.id}&ticket=${back.ticket}&error=access_denied`,
    );
    expect(reply.status).toBe(409);
    expectProblem(reply, 409, 'consent_denied');
    expect(await tokenCalls(provider, person)).toEqual([]);
    expect(await rowsOf(admin)).toEqual([]);
    expectProblem(await complete(admin, back), 409, 'consent_denied');
  });

  it('who refuses to connect again leaves the integration as it was', async () => {
    const admin = caller();
    const person = await aPerson(provider);
    const { id } = await consent(admin, { provider, ...person });
    const before = await footprint(admin);

    const back = await wentThrough(await beginAgain(admin, id), { ...person, denies: true });
    const reply = await complete(admin, back);

    expectProblem(reply, 409, 'consent_denied');
    const after = await footprint(admin);
    expect({ listed: after.listed, rows: after.rows }).toEqual({ listed: before.listed, rows: before.rows });
    expect((await admin.get('/audit?action=oauth.denied')).body.events).toMatchObject([
      { actor: admin.userId, target: id, outcome: 'failed' },
    ]);
  });
});

describe('a refusal', () => {
  it('is told to nobody but who began', async () => {
    const admin = caller();
    const back = await wentThrough(await begin(admin, 'github'), {
      ...(await aPerson('github')),
      denies: true,
    });

    const reply = await complete(caller({ organizationId: admin.organizationId }), back);

    expectProblem(reply, 404, 'not_found');
  });

  it.each(['server_error', 'temporarily_unavailable', 'invalid_scope', 'unauthorized_client'])(
    'that is the provider’s own trouble (%s) is not the person’s no',
    async (error) => {
      const admin = caller();
      const state = new URL((await begin(admin, 'github')).authorizationUrl).searchParams.get('state') ?? '';
      const query = new URLSearchParams({ state, error });

      const back = await cameBack(`${url}/api/v1/oauth/callback/github?${query.toString()}`);
      const reply = await complete(admin, back);

      expect(back.error).toBe(error);
      expectProblem(reply, 502, 'provider_error');
      expect(await rowsOf(admin)).toEqual([]);
    },
  );

  it.each([
    '<script>alert(1)</script>',
    'access_denied&ticket=other',
    'a\r\nset-cookie: a=b',
    `${'a'.repeat(61)}`,
    'Access Denied',
    '//evil.example',
  ])('%j is passed on as no more than “error”, its description not at all', async (error) => {
    const person = await aPerson('github');
    const callback = new URL(await answered(await begin(caller(), 'github'), { ...person, denies: true }));
    callback.searchParams.set('error', error);
    callback.searchParams.set('error_description', '<b>Ask Mallory</b>');

    const back = await cameBack(callback.href);

    expect(back.headers.get('location')).toBe(
      `${url}/local/return#attempt=${back.attempt}&ticket=${back.ticket}&error=error`,
    );
    expect(JSON.stringify([...back.headers])).not.toContain('Mallory');
  });
});

/** Names that somebody would like to be addresses. */
const elsewhere = [
  '//evil.example',
  '\\\\evil.example',
  '%2f%2fevil.example',
  'https://evil.example',
  'https://127.0.0.1@evil.example',
  'javascript:alert(1)',
  '/local/return',
  '../default',
  'Default',
  '__proto__',
  'constructor',
  'toString',
  'default\r\nlocation: https://evil.example',
  '',
];

describe('a page to return to', () => {
  it.each(elsewhere)('is a name of the list, not %j', async (returnTo) => {
    const admin = caller();
    const { id } = await consent(admin, { provider: 'github', ...(await aPerson('github')) });
    const body = { provider: 'github', scope: 'user', auth: 'oauth2', returnTo };

    const connecting = await admin.post('/integrations/connect', body);
    const reconnecting = await admin.post(`/integrations/${id}/reconnect`, { auth: 'oauth2', returnTo });

    expectProblem(connecting, 400, 'invalid_request', 'returnTo');
    expectProblem(reconnecting, 400, 'invalid_request', 'returnTo');
  });

  it.each(['returnTo', 'redirect_uri', 'return_to', 'next', 'returnPage'])(
    'is not changed by “%s” in the provider’s answer',
    async (name) => {
      const callback = new URL(await answered(await begin(caller(), 'github'), await aPerson('github')));
      callback.searchParams.set(name, 'https://evil.example');

      expect(await cameBack(callback.href)).toMatchObject({ status: 303, page: `${url}/local/return` });
    },
  );
});
