import { createSign, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  apiOf,
  calendarScope,
  type Event,
  type Events,
  type Google,
  openGoogle,
  readScope,
  reasonOf,
  serviceAccount,
} from './google-caller.ts';

type KeyFile = { client_email: string; private_key: string; private_key_id: string; token_uri: string };
type Answer = { access_token?: string; expires_in?: number; error?: string; error_description?: string };

let google: Google;
let key: KeyFile;

beforeAll(async () => {
  google = await openGoogle();
  key = (await google.call<KeyFile>('GET', `/__standin/service-accounts/${serviceAccount}`)).body;
});
afterAll(() => google.stop());

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const signed = (
  more: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  pem = key.private_key,
) => {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: serviceAccount,
    scope: calendarScope,
    aud: 'https://oauth2.googleapis.com/token',
    iat: now,
    exp: now + 3600,
    ...more,
  };
  const text = `${encode({ alg: 'RS256', typ: 'JWT', kid: key.private_key_id, ...header })}.${encode(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(pem, 'base64url')}`;
};
const tokenBy = (assertion: string) =>
  google.post<Answer>('/token', { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
const apiAs = async (more: Record<string, unknown> = {}) => {
  const { status, body } = await tokenBy(signed(more));
  if (status !== 200) throw new Error(JSON.stringify(body));
  return apiOf(google, body.access_token ?? '');
};

describe('a service account', () => {
  it('gets an access token and nothing else for what it signed', async () => {
    const { status, body } = await tokenBy(signed());

    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^ya29\./),
      expires_in: 3599,
      token_type: 'Bearer',
      scope: calendarScope,
    });
  });

  it('sees what was shared with it, by its address only', async () => {
    const api = await apiAs();
    const shared = await api.get<Events>('calendars/team%40acme.example/events');

    expect([shared.status, shared.body.accessRole]).toEqual([200, 'reader']);
    expect((await api.get<{ items: [] }>('users/me/calendarList')).body.items).toEqual([]);
    expect(reasonOf(await api.get('calendars/ada%40acme.example/events'))).toEqual([404, 'notFound']);
    expect((await api.get('calendars/primary')).body).toMatchObject({ id: serviceAccount });
    await api.send('POST', 'users/me/calendarList', { id: 'team@acme.example' });
    expect((await api.get<{ items: [] }>('users/me/calendarList')).body.items).toHaveLength(1);
  });

  it('cannot invite people by itself', async () => {
    const api = await apiAs();
    const event = { start: { date: '2026-05-04' }, end: { date: '2026-05-05' } };
    const invitation = { ...event, attendees: [{ email: 'ada@acme.example' }] };

    expect((await api.send('POST', 'calendars/primary/events', event)).status).toBe(200);
    const refused = await api.send('POST', 'calendars/primary/events', invitation);
    expect(reasonOf(refused)).toEqual([403, 'forbiddenForServiceAccounts']);
  });

  it('acts for somebody of a domain that delegated to it', async () => {
    const api = await apiAs({ sub: 'linus@acme.example' });
    const { body } = await api.get<{ id: string }>('users/me/calendarList/primary');
    const made = await api.send<Event>('POST', 'calendars/primary/events', {
      start: { date: '2026-05-04' },
      end: { date: '2026-05-05' },
      attendees: [{ email: 'ada@acme.example' }],
    });

    expect(body.id).toBe('linus@acme.example');
    expect([made.status, made.body.organizer.email]).toEqual([200, 'linus@acme.example']);
  });

  it('acts for nobody else, and with no other scopes', async () => {
    const refusal = async (more: Record<string, unknown>) => {
      const { status, body } = await tokenBy(signed(more));
      return [status, body.error];
    };
    expect(await refusal({ sub: 'somebody@other.example' })).toEqual([401, 'unauthorized_client']);
    expect(await refusal({ sub: 'nobody@acme.example' })).toEqual([400, 'invalid_grant']);
    await google.control('service-accounts', {
      email: 'narrow@acme-demo.iam.gserviceaccount.com',
      delegations: [{ domain: 'acme.example', scopes: [readScope] }],
    });
    const narrow = (
      await google.call<KeyFile>(
        'GET',
        '/__standin/service-accounts/narrow@acme-demo.iam.gserviceaccount.com',
      )
    ).body;
    const attempt = async (scope: string) => {
      const claims = { iss: narrow.client_email, sub: 'ada@acme.example', scope };
      return (await tokenBy(signed(claims, { kid: narrow.private_key_id }, narrow.private_key))).status;
    };
    expect(await attempt(readScope)).toBe(200);
    expect(await attempt(calendarScope)).toBe(401);
    expect(await attempt(`${readScope} ${calendarScope}`)).toBe(401);
    await google.control('service-accounts/delegate', { email: narrow.client_email, delegations: [] });
    expect(await attempt(readScope)).toBe(401);
  });

  const hour = 3600;
  const now = Math.floor(Date.now() / 1000);
  it.each([
    ['iss', { iss: 'other@acme-demo.iam.gserviceaccount.com' }, 'Invalid grant: account not found'],
    ['aud', { aud: 'https://example.com/token' }, 'Invalid JWT: Failed audience check.'],
    ['exp', { iat: now - 2 * hour, exp: now - hour }, /short-lived/],
    ['a long life', { exp: now + 2 * hour }, /short-lived/],
    ['iat', { iat: now + hour, exp: now + 2 * hour }, /short-lived/],
    ['no iat', { iat: undefined }, /short-lived/],
    ['scope', { scope: '' }, 'Invalid OAuth scope or ID token audience provided.'],
    ['an unknown scope', { scope: 'https://example.com/everything' }, /Invalid OAuth scope/],
  ])('is refused for its %s', async (_, claims, description) => {
    const { status, body } = await tokenBy(signed(claims));
    expect([status, body.error_description]).toEqual([
      400,
      typeof description === 'string' ? description : expect.stringMatching(description),
    ]);
  });

  it('signs with its own key, by RS256', async () => {
    const other = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const description = async (assertion: string) => (await tokenBy(assertion)).body.error_description;
    const none = `${encode({ alg: 'none' })}.${encode({ iss: serviceAccount })}.`;

    expect(await description(signed({}, {}, other.privateKey))).toBe('Invalid JWT Signature.');
    expect(await description(signed({}, { kid: 'another' }))).toBe('Invalid JWT Signature.');
    expect(await description(none)).toMatch(/RS256/);
    expect(await description('no token')).toMatch(/signed JWT/);
    const email = 'own@acme-demo.iam.gserviceaccount.com';
    const made = await google.control<KeyFile>('service-accounts', { email, publicKey: other.publicKey });
    expect(made.private_key).toBeNull();
    const own = signed({ iss: email }, { kid: made.private_key_id }, other.privateKey);
    expect((await tokenBy(own)).status).toBe(200);
    await google.control('service-accounts/keys', { email, disabled: true });
    expect((await tokenBy(own)).body.error).toBe('disabled_client');
  });
});
