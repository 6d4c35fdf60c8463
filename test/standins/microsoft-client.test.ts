import {
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ada, apiOf, app, type Microsoft, openMicrosoft, redirectUri, tenant } from './microsoft-caller.ts';

/** Microsoft's own client against the stand-in: what it cannot read, our connector could not either. */

let microsoft: Microsoft;
beforeAll(async () => {
  microsoft = await openMicrosoft();
});
afterAll(() => microsoft.stop());

/** A host the client has no data of its own about. */
const alias = 'login.acme.example';

type Exchanged = { path: string; status: number; body: Record<string, unknown> };

/** A network for the client in which every request goes to the stand-in, and a note of what came back. */
const open = (more: { secret?: string; authority?: string } = {}) => {
  const seen: Exchanged[] = [];
  const send = async <T>(
    method: string,
    target: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> => {
    const url = new URL(target);
    const response = await fetch(`${microsoft.origin}${url.pathname}${url.search}`, {
      method,
      headers: {
        ...options?.headers,
        'x-forwarded-host': url.host.replace(alias, 'login.microsoftonline.com'),
      },
      ...(options?.body !== undefined && { body: options.body }),
    });
    const body = (await response.json()) as T;
    seen.push({ path: url.pathname, status: response.status, body: body as Record<string, unknown> });
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  };
  const networkClient: INetworkModule = {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  };
  const client = new ConfidentialClientApplication({
    auth: {
      clientId: app.id,
      clientSecret: more.secret ?? app.secret,
      authority: more.authority ?? 'https://login.microsoftonline.com/common',
      knownAuthorities: more.authority?.includes(alias) ? [alias] : [],
    },
    system: { networkClient },
  });
  return { client, seen };
};

const scopes = ['User.Read', 'Calendars.Read'];

const consent = async (address: string, user: string): Promise<string> => {
  const url = new URL(address);
  url.searchParams.set('standin_user', user);
  const response = await fetch(`${microsoft.origin}${url.pathname}${url.search}`, {
    redirect: 'manual',
    headers: { 'x-forwarded-host': url.host },
  });
  return new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? '';
};

const signIn = async () => {
  const { client, seen } = open();
  const address = await client.getAuthCodeUrl({ scopes, redirectUri, state: 's', responseMode: 'query' });
  const code = await consent(address, 'ada@acme.example');
  const result = await client.acquireTokenByCode({ scopes, redirectUri, code });
  return { result, seen };
};

const failure = async (call: Promise<unknown>) => {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('the call was not refused');
  return error as Error & { errorCode?: string; errorNo?: number; subError?: string; name: string };
};

describe('the real client', () => {
  it('redeems a code and knows the account', async () => {
    const { result, seen } = await signIn();

    expect(result).toMatchObject({
      tenantId: tenant,
      uniqueId: ada,
      tokenType: 'Bearer',
      account: { homeAccountId: `${ada}.${tenant}`, username: 'ada@acme.example', name: 'Ada Lovelace' },
    });
    expect(result.scopes).toEqual(expect.arrayContaining(scopes));
    expect(result.expiresOn?.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
    expect(seen.at(-1)?.body['refresh_token']).toEqual(expect.any(String));
    expect((await apiOf(microsoft, result.accessToken).get('/me')).status).toBe(200);
  });

  it('refreshes', async () => {
    const { seen } = await signIn();
    const token = String(seen.at(-1)?.body['refresh_token']);
    const { client, seen: later } = open();
    const result = await client.acquireTokenByRefreshToken({ scopes, refreshToken: token });

    expect(result?.accessToken).toEqual(expect.any(String));
    expect(later.at(-1)?.body['refresh_token']).not.toBe(token);
    expect(later.map(({ path }) => path)).toEqual(['/common/oauth2/v2.0/token']);
  });

  it('acts for itself', async () => {
    const { client } = open({ authority: `https://login.microsoftonline.com/${tenant}` });
    const result = await client.acquireTokenByClientCredential({
      scopes: ['https://graph.microsoft.com/.default'],
    });
    const window = 'startDateTime=2026-11-01&endDateTime=2026-12-01';
    const api = apiOf(microsoft, result?.accessToken ?? '');

    expect(result?.account).toBeNull();
    expect((await api.get(`/users/${ada}/calendarView?${window}`)).status).toBe(200);
  });

  it('finds its way from an address it does not know by the discovery document', async () => {
    const { client, seen } = open({ authority: `https://${alias}/acme.example` });
    const result = await client.acquireTokenByClientCredential({
      scopes: ['https://graph.microsoft.com/.default'],
    });

    expect(result?.accessToken).toEqual(expect.any(String));
    expect(seen.map(({ path, status }) => [path, status])).toEqual([
      ['/acme.example/v2.0/.well-known/openid-configuration', 200],
      ['/acme.example/oauth2/v2.0/token', 200],
    ]);
  });

  it('understands refusals', async () => {
    const wrong = await failure(
      open({ secret: 'wrong' }).client.acquireTokenByRefreshToken({ scopes, refreshToken: 'x' }),
    );
    const { seen } = await signIn();
    const refreshToken = String(seen.at(-1)?.body['refresh_token']);
    await microsoft.control('interaction', { account: 'ada@acme.example', code: 50076 });
    const interaction = await failure(open().client.acquireTokenByRefreshToken({ scopes, refreshToken }));
    await microsoft.control('interaction', { account: 'ada@acme.example', code: null });
    await microsoft.control('consents/remove', { client: app.id, account: 'ada@acme.example' });
    const consentGone = await failure(open().client.acquireTokenByRefreshToken({ scopes, refreshToken }));
    await microsoft.control('sessions/revoke', { user: 'ada@acme.example' });
    const revoked = await failure(open().client.acquireTokenByRefreshToken({ scopes, refreshToken }));

    expect([wrong.errorCode, wrong.errorNo]).toEqual(['invalid_client', 7000215]);
    expect([interaction.name, interaction.errorCode]).toEqual([
      'InteractionRequiredAuthError',
      'interaction_required',
    ]);
    expect([consentGone.name, consentGone.subError]).toEqual([
      'InteractionRequiredAuthError',
      'consent_required',
    ]);
    expect([revoked.errorCode, revoked.errorNo]).toEqual(['invalid_grant', 50173]);
  });
});
