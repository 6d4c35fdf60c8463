import { describe, expect, it } from 'vitest';
import { expectProblem, moment } from '../integrations/told.ts';
import { caller } from '../support/api.ts';
import { beginAgain, complete, consent, consentAgain, wentThrough } from '../support/consent.ts';
import { aPerson, type Provider, providers } from './people.ts';

/** Consents that give less than was asked for. */

type Reduced = {
  /** What the person leaves ticked. */
  given: readonly string[];
  /** What the integration then has; the rest is never listed by the provider. */
  granted: readonly string[];
  missing: string;
  /** A search that takes it. */
  type: string;
};

const calendar = 'https://www.googleapis.com/auth/calendar.readonly';
const reduced: Record<Provider, Reduced> = {
  jira: {
    given: ['read:jira-user', 'offline_access'],
    granted: ['offline_access', 'read:jira-user'],
    missing: 'read:jira-work',
    type: 'issue',
  },
  github: {
    given: ['read:user', 'user:email', 'read:org'],
    granted: ['read:org', 'read:user', 'user:email'],
    missing: 'repo',
    type: 'pull_request',
  },
  google_calendar: {
    given: ['openid', 'email'],
    granted: ['email', 'openid'],
    missing: calendar,
    type: 'event',
  },
  microsoft_outlook: {
    given: ['User.Read', 'openid', 'profile', 'email', 'offline_access'],
    granted: ['User.Read', 'email', 'openid', 'profile'],
    missing: 'Calendars.Read',
    type: 'event',
  },
};

const connection = async (provider: Provider) => {
  const admin = caller();
  const person = await aPerson(provider);
  const partly = { ...person, scopes: reduced[provider].given };
  return { admin, person, integration: await consent(admin, { provider, ...partly }) };
};

describe.each(providers)('%s, where a permission was not given,', (provider) => {
  const { granted, missing, type } = reduced[provider];

  it('is connected all the same, says what it was given, and is not healthy', async () => {
    const { admin, integration } = await connection(provider);

    const { body: health } = await admin.get(`/integrations/${integration.id}/health`);
    const { body: listed } = await admin.get('/consents');

    expect(integration).toMatchObject({ status: 'active', health: { state: 'degraded' } });
    expect(integration.grantedScopes).toEqual(granted);
    expect(health).toMatchObject({ state: 'degraded', cause: 'missing_scope' });
    expect(listed.consents).toEqual([
      {
        id: integration.id,
        provider,
        scope: 'organization',
        userId: admin.userId,
        at: moment,
        scopes: granted,
        account: integration.account.email ?? integration.account.name,
      },
    ]);
  });

  it('names it, with the way to the consent that would give it, to who needs it', async () => {
    const { admin, person, integration } = await connection(provider);
    const { id } = integration;
    const search = () => admin.post(`/integrations/${id}/search`, { type, query: 'x' });
    const refused = await search();

    const path = refused.body.consent.reconnect.replace('/integrations/', '').replace('/reconnect', '');
    const attempt = await beginAgain(admin, path, { scopes: refused.body.consent.scopes });
    const { body } = await complete(admin, await wentThrough(attempt, person));

    expectProblem(refused, 409, 'missing_scope');
    expect(refused.body.consent).toEqual({ scopes: [missing], reconnect: `/integrations/${id}/reconnect` });
    const asked = attempt.scopes.map(({ scope }) => scope);
    expect(asked).toEqual(expect.arrayContaining([...reduced[provider].given, missing]));
    expect(body.integration).toMatchObject({ id, health: { state: 'healthy' } });
    expect(body.integration.grantedScopes).toEqual([...granted, missing].toSorted());
    expect((await search()).status).toBe(200);
    const [listed] = (await admin.get('/consents')).body.consents;
    expect(listed.scopes).toEqual(body.integration.grantedScopes);
  });

  it('may lose it again with the next consent', async () => {
    const admin = caller();
    const person = await aPerson(provider);
    const whole = await consent(admin, { provider, ...person });

    const after = await consentAgain(admin, whole.id, { ...person, scopes: reduced[provider].given });

    // What was once consented to comes along at Microsoft, whatever is left ticked.
    const keeps = provider === 'microsoft_outlook';
    expect(whole.health).toEqual({ state: 'healthy' });
    expect(after.grantedScopes.includes(missing)).toBe(keeps);
    expect(after.health).toEqual({ state: keeps ? 'healthy' : 'degraded' });
  });
});

describe('a new consent', () => {
  it.each([
    [['repo', 'delete_repo'], 'scopes.1'],
    [['REPO'], 'scopes.0'],
    [['repo read:org'], 'scopes.0'],
  ])('cannot ask for %j', async (scopes, path) => {
    const admin = caller();
    const { id } = await consent(admin, { provider: 'github', ...(await aPerson('github')) });

    const reply = await admin.post(`/integrations/${id}/reconnect`, { auth: 'oauth2', scopes });

    expectProblem(reply, 400, 'invalid_request', path);
  });
});
