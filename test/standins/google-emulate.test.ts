import { createEmulator, type Emulator } from 'emulate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client, type Google, openGoogle, redirectUri } from './google-caller.ts';
import { claims, type Json, missing } from './google-shapes.ts';

/**
 * Somebody else's imitation of Google beside ours: what it answers must be in our answers too, under the
 * same names and of the same types. Where the two differ on purpose, the documentation decided.
 */

const scope = 'openid email profile https://www.googleapis.com/auth/calendar';
const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });

let google: Google;
let other: Emulator;

beforeAll(async () => {
  google = await openGoogle();
  other = await createEmulator({
    service: 'google',
    port: 0,
    seed: {
      google: {
        users: [{ email: 'ada@acme.example', name: 'Ada Lovelace', picture: 'https://example.com/ada.png' }],
        oauth_clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirectUri] }],
        calendars: [
          {
            id: 'primary',
            user_email: 'ada@acme.example',
            summary: 'ada@acme.example',
            primary: true,
            selected: true,
            time_zone: 'UTC',
          },
        ],
        calendar_events: [],
      },
    },
  });
});
afterAll(async () => {
  await google.stop();
  await other.close();
});

type Exchanged = { code: Json; refreshed: Json };

const read = async (response: Response): Promise<Json> => {
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as Json;
};

const grants = async (code: string, token: (init: RequestInit) => Promise<Response>): Promise<Exchanged> => {
  const app = { client_id: client.id, client_secret: client.secret };
  const first = await read(
    await token(form({ ...app, grant_type: 'authorization_code', code, redirect_uri: redirectUri })),
  );
  const refreshed = await read(
    await token(form({ ...app, grant_type: 'refresh_token', refresh_token: String(first['refresh_token']) })),
  );
  return { code: first, refreshed };
};

const codeOf = (response: Response): string =>
  new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? '';

const ourTokens = async (): Promise<Exchanged> => {
  const query = new URLSearchParams({
    client_id: client.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    access_type: 'offline',
    prompt: 'consent',
    standin_user: 'ada@acme.example',
    scope,
  });
  const at = (host: string, path: string, init: RequestInit = {}) =>
    fetch(google.origin + path, { ...init, redirect: 'manual', headers: { 'x-forwarded-host': host } });
  const consent = await at('accounts.google.com', `/o/oauth2/v2/auth?${query.toString()}`);
  return grants(codeOf(consent), (init) => at('oauth2.googleapis.com', '/token', init));
};

const theirTokens = async (): Promise<Exchanged> => {
  const fields = { email: 'ada@acme.example', redirect_uri: redirectUri, scope, client_id: client.id };
  const consent = await fetch(`${other.url}/o/oauth2/v2/auth/callback`, {
    ...form(fields),
    redirect: 'manual',
  });
  return grants(codeOf(consent), (init) => fetch(`${other.url}/oauth2/token`, init));
};

const ours = async (host: string, path: string, token: unknown, init: RequestInit = {}) =>
  read(
    await fetch(google.origin + path, {
      ...init,
      headers: { 'x-forwarded-host': host, authorization: `Bearer ${String(token)}` },
    }),
  );
const theirs = async (path: string, token: unknown, init: RequestInit = {}) =>
  read(
    await fetch(other.url + path, {
      ...init,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${String(token)}` },
    }),
  );

describe('beside emulate', () => {
  it('answers with the same tokens', async () => {
    const [our, their] = [await ourTokens(), await theirTokens()];

    expect(missing(their.code, our.code)).toEqual([]);
    expect(missing(their.refreshed, our.refreshed)).toEqual([]);
    // Google no longer tells the language of an account.
    expect(missing(claims(their.code['id_token']), claims(our.code['id_token']))).toEqual([
      '.locale: string, not undefined',
    ]);
  });

  it('tells the same of a person', async () => {
    const [our, their] = [await ourTokens(), await theirTokens()];
    const mine = await ours('openidconnect.googleapis.com', '/v1/userinfo', our.code['access_token']);
    const yours = await theirs('/oauth2/v2/userinfo', their.code['access_token']);

    expect(missing(yours, mine)).toEqual(['.locale: string, not undefined']);
  });

  it('shows calendars and events the same way', async () => {
    const [our, their] = [await ourTokens(), await theirTokens()];
    const [mine, yours] = [our.code['access_token'], their.code['access_token']];
    const list = '/calendar/v3/users/me/calendarList';
    const events = '/calendar/v3/calendars/primary/events';
    const api = 'www.googleapis.com';
    const event = (method: string) => ({
      method,
      body: JSON.stringify({
        summary: 'Compared',
        description: 'Both',
        location: 'Here',
        start: { dateTime: '2026-05-04T10:00:00Z' },
        end: { dateTime: '2026-05-04T11:00:00Z' },
        attendees: [{ email: 'linus@acme.example', displayName: 'Linus', responseStatus: 'accepted' }],
      }),
    });

    expect(missing(await theirs(list, yours), await ours(api, list, mine))).toEqual([]);
    const made = await ours(api, events, mine, event('POST'));
    expect(missing(await theirs(events, yours, event('POST')), made)).toEqual([]);
    const query = `${events}?timeMin=2026-05-01T00:00:00Z&timeMax=2026-06-01T00:00:00Z&q=compared`;
    const found = await theirs(query, yours);
    expect(found['items']).toHaveLength(1);
    expect(missing(found, await ours(api, query, mine))).toEqual([]);
  });
});
