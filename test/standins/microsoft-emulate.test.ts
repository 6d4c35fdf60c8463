import { createEmulator, type Emulator } from 'emulate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claims, type Json, missing } from './google-shapes.ts';
import { app, type Microsoft, openMicrosoft, redirectUri } from './microsoft-caller.ts';

/**
 * Somebody else's imitation of Microsoft beside ours; it knows sign-in and `/me`. What it answers must be in
 * our answers too; where the two differ on purpose, the documentation decided.
 */

const scope = 'openid profile email offline_access User.Read';
let microsoft: Microsoft;
let other: Emulator;

beforeAll(async () => {
  microsoft = await openMicrosoft();
  other = await createEmulator({
    service: 'microsoft',
    port: 0,
    seed: {
      microsoft: {
        users: [{ email: 'ada@acme.example', name: 'Ada Lovelace' }],
        oauth_clients: [
          { client_id: app.id, client_secret: app.secret, name: 'Acme', redirect_uris: [redirectUri] },
        ],
      },
    },
  });
});
afterAll(async () => {
  await microsoft.stop();
  await other.close();
});

const codeOf = (response: Response): string =>
  new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? '';

const read = async (response: Response): Promise<Json> => {
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as Json;
};

const credentials = { client_id: app.id, client_secret: app.secret };
const byCode = (code: string) => ({
  ...credentials,
  grant_type: 'authorization_code',
  code,
  redirect_uri: redirectUri,
});
const byRefresh = (tokens: Json) => ({
  ...credentials,
  grant_type: 'refresh_token',
  refresh_token: String(tokens['refresh_token']),
});

const ours = async () => {
  const query = new URLSearchParams({
    client_id: app.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    standin_user: 'ada@acme.example',
  });
  const consent = await fetch(`${microsoft.origin}/common/oauth2/v2.0/authorize?${query.toString()}`, {
    redirect: 'manual',
    headers: { 'x-forwarded-host': 'login.microsoftonline.com' },
  });
  const token = async (fields: Record<string, string>) => (await microsoft.login<Json>(fields)).body;
  const tokens = await token(byCode(codeOf(consent)));
  const me = await microsoft.call<Json>('GET', '/v1.0/me', { token: String(tokens['access_token']) });
  return { tokens, refreshed: await token(byRefresh(tokens)), me: me.body };
};

const theirs = async () => {
  const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
  const consent = await fetch(`${other.url}/oauth2/v2.0/authorize/callback`, {
    ...form({ email: 'ada@acme.example', redirect_uri: redirectUri, scope, client_id: app.id }),
    redirect: 'manual',
  });
  const token = async (fields: Record<string, string>) =>
    read(await fetch(`${other.url}/oauth2/v2.0/token`, form(fields)));
  const tokens = await token(byCode(codeOf(consent)));
  const me = await fetch(`${other.url}/v1.0/me`, {
    headers: { authorization: `Bearer ${String(tokens['access_token'])}` },
  });
  return { tokens, refreshed: await token(byRefresh(tokens)), me: await read(me) };
};

describe('beside emulate', () => {
  it('answers with the same tokens and the same person', async () => {
    const [our, their] = [await ours(), await theirs()];

    expect(missing(their.tokens, our.tokens)).toEqual([]);
    expect(missing(their.refreshed, our.refreshed)).toEqual([]);
    expect(missing(their.me, our.me)).toEqual([]);
  });

  it('tells the same in the identity token, but for optional claims', async () => {
    const [our, their] = [await ours(), await theirs()];

    // Entra sends these two only to apps that are configured for them.
    expect(missing(claims(their.tokens['id_token']), claims(our.tokens['id_token']))).toEqual([
      '.given_name: string, not undefined',
      '.family_name: string, not undefined',
    ]);
  });
});
