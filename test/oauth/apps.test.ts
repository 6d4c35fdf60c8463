import { describe, expect, inject, it } from 'vitest';
import { partition, rowsOf } from '../integrations/stored.ts';
import { expectProblem, moment } from '../integrations/told.ts';
import { type Caller, caller, company } from '../support/api.ts';
import { begin, consent } from '../support/consent.ts';
import { plantedSecret, secretForms } from '../support/secrets.ts';
import { anApp, aPerson, providers, tokenCalls, withOwnApp } from './people.ts';

/** OAuth apps: an organisation's own, else the environment's. */

const { url } = inject('cloud');
const appOf = async (who: Caller, provider: string) => (await who.get(`/providers/${provider}/app`)).body.app;
const clientOf = ({ authorizationUrl }: { authorizationUrl: string }) =>
  new URL(authorizationUrl).searchParams.get('client_id');

describe.each(providers)('the app of %s', (provider) => {
  it('is the environment’s until an admin sets one, and again after it was removed', async () => {
    const admin = caller();
    const environments = await appOf(admin, provider);
    const { clientId, clientSecret } = await anApp(provider);

    const put = await admin.put(`/providers/${provider}/app`, { clientId, clientSecret });
    const begun = await begin(admin, provider);
    const removed = await admin.delete(`/providers/${provider}/app`);

    const redirectUri = `${url}/api/v1/oauth/callback/${provider}`;
    const secret = { set: true, updatedAt: moment };
    expect(environments).toMatchObject({ source: 'environment', secret, redirectUri });
    expect(put.body).toEqual({
      app: { clientId, settings: environments.settings, secret, redirectUri, source: 'organization' },
    });
    expect(clientOf(begun)).toBe(clientId);
    expect(new URL(begun.authorizationUrl).searchParams.get('redirect_uri')).toBe(redirectUri);
    expect(removed.status).toBe(204);
    expect(await appOf(admin, provider)).toEqual(environments);
    expect(clientOf(await begin(admin, provider))).toBe(environments.clientId);
    expectProblem(await admin.delete(`/providers/${provider}/app`), 404, 'not_found');
  });

  it('is what codes are exchanged with, and no other organisation’s', async () => {
    const [admin, stranger] = [caller(), caller()];
    const { clientId } = await withOwnApp(admin, provider);
    const [person, other] = [await aPerson(provider), await aPerson(provider)];

    await consent(admin, { provider, ...person });
    await consent(stranger, { provider, ...other });

    const environments = (await appOf(stranger, provider)).clientId;
    expect(await tokenCalls(provider, person)).toMatchObject([{ client: clientId }]);
    expect(await tokenCalls(provider, other)).toMatchObject([{ client: environments }]);
    expect(environments).not.toBe(clientId);
  });
});

describe('an app', () => {
  it('is an admin’s to see and to change', async () => {
    const { admin, member } = company();
    await withOwnApp(admin, 'github');
    const before = await rowsOf(admin);
    const body = { clientId: 'mine', clientSecret: plantedSecret('app') };

    const replies = [
      await member.get('/providers/github/app'),
      await member.put('/providers/github/app', body),
      await member.delete('/providers/github/app'),
    ];

    for (const reply of replies) expectProblem(reply, 403, 'forbidden');
    expect(await rowsOf(admin)).toEqual(before);
  });

  it('keeps its secret: it is in no answer, no event and no item', async () => {
    const admin = caller();
    const { clientSecret } = await withOwnApp(admin, 'github');
    await admin.put('/providers/github/app', { clientId: 'other', clientSecret: plantedSecret('app') });
    await admin.delete('/providers/github/app');
    await admin.put('/providers/github/app', { clientId: 'third', clientSecret });

    const told = await admin.get('/audit?limit=100');
    const stored = JSON.stringify(await rowsOf(admin));

    expect(told.body.events.map(({ action }: { action: string }) => action)).toEqual([
      'app.updated',
      'app.deleted',
      'app.updated',
      'app.updated',
    ]);
    expect(told.body.events[0]).toMatchObject({ actor: admin.userId, target: 'app:github', outcome: 'ok' });
    expect(stored).toContain('third');
    expect(secretForms(stored)).toEqual([]);
    expect(JSON.stringify(Object.keys((await appOf(admin, 'github')).secret))).toBe('["set","updatedAt"]');
  });

  it('is sealed, the environment’s too', async () => {
    const items = (await partition('ORG#$environment')).filter(({ sk }) => sk.startsWith('APP#'));

    expect(items.map(({ provider }) => String(provider)).toSorted()).toEqual([...providers].toSorted());
    for (const item of items) {
      expect(item['sealed']).toBeInstanceOf(Uint8Array);
      expect(JSON.stringify(item)).not.toMatch(/acme-demo-\w+-secret/);
      expect(Buffer.from(item['sealed'] as Uint8Array).toString('latin1')).not.toContain('acme-demo');
    }
  });

  it.each([
    ['github', { tenant: 'x' }, 'settings.tenant'],
    ['microsoft_outlook', { tenant: '../common' }, 'settings.tenant'],
    ['microsoft_outlook', { tenant: 'a/b' }, 'settings.tenant'],
    ['microsoft_outlook', { tenant: 'evil.example#' }, 'settings.tenant'],
    ['microsoft_outlook', { tenant: '' }, 'settings.tenant'],
    ['microsoft_outlook', { tenant: 'a'.repeat(101) }, 'settings.tenant'],
    ['microsoft_outlook', { tenants: 'common' }, 'settings.tenants'],
    ['microsoft_outlook', { ['__proto__x']: 'a' }, 'settings.__proto__x'],
  ])('of %s with the settings %j is refused', async (provider, settings, path) => {
    const admin = caller();

    const reply = await admin.put(`/providers/${provider}/app`, {
      clientId: 'x',
      clientSecret: 'y',
      settings,
    });

    expectProblem(reply, 400, 'invalid_request', path);
    expect(await rowsOf(admin)).toEqual([]);
  });

  it('of Microsoft names the directory, by default any', async () => {
    const admin = caller();
    const pathOf = async () => new URL((await begin(admin, 'microsoft_outlook')).authorizationUrl).pathname;
    const standard = await pathOf();

    await admin.put('/providers/microsoft_outlook/app', {
      ...(await anApp('microsoft_outlook')),
      settings: { tenant: 'acme.example' },
    });

    expect(standard).toBe('/organizations/oauth2/v2.0/authorize');
    expect(await pathOf()).toBe('/acme.example/oauth2/v2.0/authorize');
    const person = await aPerson('microsoft_outlook');
    expect(await consent(admin, { provider: 'microsoft_outlook', ...person })).toMatchObject({
      status: 'active',
    });
  });

  it.each(['slack', 'nothing', '__proto__', 'jira%2F..'])('of “%s” there is none', async (provider) => {
    const admin = caller();
    const path = `/providers/${provider}/app`;

    const replies = [
      await admin.get(path),
      await admin.put(path, { clientId: 'x', clientSecret: 'y' }),
      await admin.delete(path),
    ];

    for (const reply of replies) expectProblem(reply, 404, 'not_found');
  });
});
