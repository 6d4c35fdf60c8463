import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { CodeChallengeMethod, JWT, OAuth2Client } from 'google-auth-library';
import { calendar } from 'googleapis/build/src/apis/calendar/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client, type Google, openGoogle, readScope, redirectUri, serviceAccount } from './google-caller.ts';

/** Google's own client against the stand-in: what it cannot read, our connector could not either. */

let google: Google;
beforeAll(async () => {
  google = await openGoogle();
});
afterAll(() => google.stop());

/** Every request of the client goes to the stand-in, and says whom it was for. */
const fetchImplementation = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const url = new URL(input instanceof Request ? input.url : input);
  const headers = new Headers(init?.headers);
  headers.set('x-forwarded-host', url.host);
  return fetch(`${google.origin}${url.pathname}${url.search}`, { ...init, headers, redirect: 'manual' });
};
const transporterOptions = { fetchImplementation, retry: false };

const oauthClient = (): OAuth2Client =>
  new OAuth2Client({ clientId: client.id, clientSecret: client.secret, redirectUri, transporterOptions });

/** What a person's browser would do with the address. */
const consent = async (address: string, user: string): Promise<string> => {
  const url = new URL(address);
  url.searchParams.set('standin_user', user);
  const response = await fetchImplementation(url);
  return new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? '';
};

const signIn = async (user: string): Promise<OAuth2Client> => {
  const auth = oauthClient();
  const { codeVerifier, codeChallenge = '' } = await auth.generateCodeVerifierAsync();
  const address = auth.generateAuthUrl({
    access_type: 'offline',
    prompt: 'consent',
    scope: ['openid', 'email', 'https://www.googleapis.com/auth/calendar'],
    code_challenge: codeChallenge,
    code_challenge_method: CodeChallengeMethod.S256,
    state: 's',
  });
  const { tokens } = await auth.getToken({ code: await consent(address, user), codeVerifier });
  auth.setCredentials(tokens);
  return auth;
};

const failure = async (call: Promise<unknown>) => {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error && 'status' in error)) throw new Error('the call was not refused');
  return error as Error & { status: number; errors?: { reason: string }[] };
};

describe('the real OAuth client', () => {
  it('exchanges a code with its verifier, and reads the identity token', async () => {
    const { credentials } = await signIn('ada@acme.example');

    expect(credentials).toMatchObject({
      token_type: 'Bearer',
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      scope: expect.stringContaining('calendar'),
    });
    expect(credentials.expiry_date).toBeGreaterThan(Date.now() + 3_500_000);
  });

  it('verifies the identity token by the published key', async () => {
    const auth = await signIn('ada@acme.example');
    const keys = await fetchImplementation('https://www.googleapis.com/oauth2/v3/certs');
    const { keys: list } = (await keys.json()) as { keys: (JsonWebKey & { kid: string })[] };
    const pems = Object.fromEntries(
      list.map((key) => [
        key.kid,
        createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString(),
      ]),
    );
    const ticket = await auth.verifySignedJwtWithCertsAsync(
      auth.credentials.id_token ?? '',
      pems,
      client.id,
      ['https://accounts.google.com'],
    );

    expect(ticket.getPayload()).toMatchObject({ email: 'ada@acme.example', hd: 'acme.example' });
  });

  it('refreshes, and keeps the refresh token it has', async () => {
    const auth = await signIn('ada@acme.example');
    const { refresh_token: token, access_token: old } = auth.credentials;
    const { credentials } = await auth.refreshAccessToken();

    expect(credentials.refresh_token).toBe(token);
    expect(credentials.access_token).not.toBe(old);
  });

  it('revokes, and is then refused a refresh', async () => {
    const auth = await signIn('grace@acme.example');
    const token = auth.credentials.refresh_token ?? '';
    expect((await auth.revokeToken(token)).status).toBe(200);

    const stale = oauthClient();
    stale.setCredentials({ refresh_token: token });
    const error = await failure(stale.refreshAccessToken());
    expect([error.status, error.message]).toEqual([400, 'invalid_grant']);
  });

  it('signs for a service account, with and without somebody to act for', async () => {
    const file = await google.call<{ private_key: string; private_key_id: string }>(
      'GET',
      `/__standin/service-accounts/${serviceAccount}`,
    );
    const { private_key: key, private_key_id: keyId } = file.body;
    const jwt = (subject?: string) =>
      new JWT({
        email: serviceAccount,
        key,
        keyId,
        scopes: [readScope],
        transporterOptions,
        ...(subject !== undefined && { subject }),
      });
    const own = calendar({ version: 'v3', auth: jwt(), retry: false });
    const linus = calendar({ version: 'v3', auth: jwt('linus@acme.example'), retry: false });

    expect((await own.events.list({ calendarId: 'team@acme.example' })).data.accessRole).toBe('reader');
    expect((await linus.calendarList.get({ calendarId: 'primary' })).data.id).toBe('linus@acme.example');
    expect((await failure(jwt('boss@other.example').authorize())).message).toMatch(/unauthorized_client/);
  });
});

describe('the real Calendar client', () => {
  const open = async (user = 'ada@acme.example') => {
    const { access_token: token } = (await signIn(user)).credentials;
    const auth = new OAuth2Client({ transporterOptions });
    auth.setCredentials({ access_token: token ?? '' });
    return calendar({ version: 'v3', auth, retry: false });
  };

  it('reads calendars and events', async () => {
    const api = await open();
    const calendars = await api.calendarList.list();
    const { data } = await api.events.list({
      calendarId: 'primary',
      singleEvents: true,
      orderBy: 'startTime',
      timeMin: new Date(Date.now() - 7 * 86_400_000).toISOString(),
      timeMax: new Date(Date.now() + 7 * 86_400_000).toISOString(),
      maxResults: 2500,
    });
    const one = await api.events.get({ calendarId: 'primary', eventId: data.items?.[0]?.id ?? '' });

    expect(calendars.data.items?.map(({ id }) => id)).toEqual(['ada@acme.example', 'team@acme.example']);
    expect(data.items?.length).toBeGreaterThan(10);
    expect(one.data).toEqual(data.items?.[0]);
  });

  it('inserts, patches, syncs and deletes', async () => {
    const api = await open('linus@acme.example');
    const { data: before } = await api.events.list({ calendarId: 'primary' });
    const { data: made } = await api.events.insert({
      calendarId: 'primary',
      conferenceDataVersion: 1,
      requestBody: {
        summary: 'Made by the client',
        start: { dateTime: '2026-05-04T10:00:00+03:00' },
        end: { dateTime: '2026-05-04T11:00:00+03:00' },
        attendees: [{ email: 'ada@acme.example' }],
        conferenceData: { createRequest: { requestId: 'r' } },
      },
    });
    const event = { calendarId: 'primary', eventId: made.id ?? '' };
    await api.events.patch({ ...event, requestBody: { location: 'Helsinki' } });
    const changed = await api.events.list({
      calendarId: 'primary',
      syncToken: before.nextSyncToken ?? '',
    });
    await api.events.delete(event);
    const deleted = await api.events.list({
      calendarId: 'primary',
      syncToken: changed.data.nextSyncToken ?? '',
    });

    expect(made.hangoutLink).toMatch(/^https:\/\/meet/);
    expect(changed.data.items).toMatchObject([{ id: made.id, location: 'Helsinki' }]);
    expect(deleted.data.items).toMatchObject([{ id: made.id, status: 'cancelled' }]);
  });

  it('reads series and their instances', async () => {
    const api = await open();
    const { data } = await api.events.instances({
      calendarId: 'primary',
      eventId: 'acmestandup',
      maxResults: 3,
    });
    const [first] = data.items ?? [];

    expect(data.items).toHaveLength(3);
    expect(data.nextPageToken).toBeDefined();
    expect(first?.id).toMatch(/^acmestandup_\d{8}T\d{6}Z$/);
    expect(first?.recurringEventId).toBe('acmestandup');
  });

  it('understands refusals', async () => {
    const api = await open();
    await google.control('sync-tokens/expire', { calendar: 'ada@acme.example' });
    const gone = await failure(api.events.list({ calendarId: 'primary', syncToken: 'old' }));
    const missing = await failure(api.events.get({ calendarId: 'primary', eventId: 'missing' }));
    await google.control('limits', { times: 1 });
    const limited = await failure(api.calendarList.list());
    const auth = new OAuth2Client({ transporterOptions });
    auth.setCredentials({ access_token: 'ya29.wrong' });
    const wrong = await failure(calendar({ version: 'v3', auth, retry: false }).calendarList.list());

    expect([gone.status, gone.message]).toEqual([
      410,
      'Sync token is no longer valid, a full sync is required.',
    ]);
    expect([missing.status, missing.message]).toEqual([404, 'Not Found']);
    expect([limited.status, limited.message]).toEqual([403, 'Rate Limit Exceeded']);
    expect([wrong.status, wrong.message.slice(0, 50)]).toEqual([
      401,
      'Request had invalid authentication credentials. Ex',
    ]);
  });
});
