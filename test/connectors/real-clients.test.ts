import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGoogle } from '../../infra/local/standins/google/index.ts';
import { demo as google } from '../../infra/local/standins/google/seed.ts';
import { startMicrosoft } from '../../infra/local/standins/microsoft/index.ts';
import { demo as microsoft } from '../../infra/local/standins/microsoft/seed.ts';
import type { Standin } from '../../infra/local/standins/standin.ts';
import type { MintRequest, OAuthApp, TokenSet, Tokens } from '../../lib/connectors/connector.ts';
import { adapterOf, manifestOf, tokensOf } from '../../lib/connectors/registry.ts';
import { openSession } from '../../lib/connectors/session.ts';
import { tokenOutcome } from '../../lib/connectors/token-answer.ts';
import { filled } from '../../lib/oauth/begin.ts';
import { challengeOf } from '../../lib/oauth/pkce.ts';
import { tokenDoor } from '../../lib/tokens/door.ts';
import { setEnvironment } from '../support/parts.ts';
import { type Front, startFront } from './front.ts';
import { watchSockets } from './sockets.ts';

/**
 * Google's and Microsoft's own clients run every flow through the door: what the provider is asked, and
 * that no socket is opened to anybody else, whatever a client would look up by itself.
 */

const key = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Acme's Google, where a person's mail is delegated to a service account with a key we know. */
const startAcme = async (options: { file: null }): Promise<Standin> => {
  const standin = await startGoogle(options);
  await fetch(`${standin.origin}/__standin/service-accounts`, {
    method: 'POST',
    body: JSON.stringify({
      email: google.serviceAccount,
      publicKey: key.publicKey.export({ type: 'spki', format: 'pem' }),
      delegations: [
        { domain: 'acme.example', scopes: ['https://www.googleapis.com/auth/calendar.readonly'] },
      ],
    }),
  });
  return standin;
};

type Case = {
  id: 'google_calendar' | 'microsoft_outlook';
  start: (options: { file: null }) => Promise<Standin>;
  app: OAuthApp;
  minting: MintRequest;
  /** What the provider sees of each flow. */
  token: string;
  person: string[];
  calendar: (settings: Record<string, string>) => string;
};

const cases: Case[] = [
  {
    id: 'google_calendar',
    start: startAcme,
    app: { clientId: google.client, clientSecret: google.secret, settings: {} },
    minting: {
      auth: 'service_account',
      settings: { calendarId: 'grace@acme.example', subject: 'grace@acme.example' },
      credentials: {
        clientEmail: google.serviceAccount,
        privateKey: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      },
    },
    token: 'POST oauth2.googleapis.com/token',
    person: ['GET openidconnect.googleapis.com/v1/userinfo'],
    calendar: ({ calendarId = 'primary' }) =>
      `GET www.googleapis.com/calendar/v3/calendars/${encodeURIComponent(calendarId)}/events`,
  },
  {
    id: 'microsoft_outlook',
    start: startMicrosoft,
    app: {
      clientId: microsoft.client,
      clientSecret: microsoft.secret,
      settings: { tenant: microsoft.tenant },
    },
    minting: {
      auth: 'client_credentials',
      settings: { tenantId: microsoft.tenant, clientId: microsoft.client, mailbox: 'grace@acme.example' },
      credentials: { clientSecret: microsoft.secret },
    },
    token: `POST login.microsoftonline.com/${microsoft.tenant}/oauth2/v2.0/token`,
    person: ['GET graph.microsoft.com/v1.0/me'],
    calendar: ({ mailbox }) =>
      `GET graph.microsoft.com/v1.0/${mailbox ? `users/${encodeURIComponent(mailbox)}` : 'me'}/calendarView`,
  },
];

describe.each(cases)('$id', ({ id, start, app, minting, token, person, calendar }) => {
  let standin: Standin;
  let front: Front;
  let tokens: Tokens;
  let sockets: ReturnType<typeof watchSockets>;
  beforeAll(async () => {
    standin = await start({ file: null });
    front = await startFront(standin.origin);
    setEnvironment({ STANDIN_ORIGINS: JSON.stringify({ [id]: front.origin }) });
    tokens = await tokensOf(id);
    sockets = watchSockets();
  });
  beforeEach(() => {
    sockets.forget();
    front.act(({ pass }) => pass());
  });
  afterAll(async () => {
    sockets.stop();
    await front.stop();
    await standin.stop();
  });

  const asked = (): string[] =>
    front.seen().map(({ method, host, url }) => `${method} ${host}${url.split('?')[0]}`);
  /** Sockets to the front are ours; those to the stand-in behind it are the front's own. */
  const elsewhere = (): Promise<string[]> => sockets.elsewhere(front.origin, standin.origin);

  const got = async (run: Parameters<typeof tokenOutcome>[2]): Promise<TokenSet> => {
    const manifest = await manifestOf(id);
    const outcome = await tokenOutcome(tokenDoor(manifest), { dead: [], ours: [] }, run);
    if (outcome.kind !== 'tokens') throw new Error(JSON.stringify(outcome));
    return outcome.tokens;
  };

  const session = async (accessToken: string, { auth, settings }: Pick<MintRequest, 'auth' | 'settings'>) =>
    openSession({
      manifest: await manifestOf(id),
      adapter: await adapterOf(id),
      auth,
      settings,
      credentials: {},
      accessToken,
      trying: false,
      deadline: Date.now() + 20_000,
      observe: () => {},
    });

  const verifier = 'a-verifier-of-at-least-forty-three-characters-01';
  const redirectUri = `http://127.0.0.1:4000/api/v1/oauth/callback/${id}`;

  /** What a browser would bring back. */
  const code = async (): Promise<string> => {
    const { oauth } = await manifestOf(id);
    const url = new URL(filled(oauth?.authorizeUrl ?? '', app.settings));
    const target = new URL(url.pathname, standin.origin);
    target.search = new URLSearchParams({
      ...oauth?.parameters,
      response_type: 'code',
      client_id: app.clientId,
      redirect_uri: redirectUri,
      scope: (oauth?.scopes ?? []).map(({ scope }) => scope).join(' '),
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      standin_user: 'ada@acme.example',
    }).toString();
    const { headers } = await fetch(target, {
      redirect: 'manual',
      headers: { 'x-forwarded-host': url.host },
    });
    return new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  };

  const exchanged = async (): Promise<TokenSet> => {
    const { oauth } = await manifestOf(id);
    const scopes = (oauth?.scopes ?? []).map(({ scope }) => scope);
    const request = { app, redirectUri, code: await code(), verifier, scopes };
    return got((fetch) => tokens.exchange?.(request, fetch) ?? Promise.resolve());
  };

  const used = async (accessToken: string, values: Pick<MintRequest, 'auth' | 'settings'>) => {
    const [adapter, open] = [await adapterOf(id), await session(accessToken, values)];
    const identity = await adapter.identify(open);
    const range = {
      from: new Date().toISOString(),
      to: new Date(Date.now() + 14 * 86_400_000).toISOString(),
    };
    const page = await adapter.search(open, { type: 'event', query: null, range, limit: 5, after: null });
    return { identity, page };
  };
  const byPerson = { auth: 'oauth2', settings: {} } as const;

  it('would be seen to dial anybody else', async () => {
    await fetch(standin.origin.replace('127.0.0.1', 'localhost'));

    expect(await elsewhere()).toEqual(['looked up localhost']);
  });

  it('exchanges a code with its verifier, and the token is the person’s', async () => {
    const { accessToken, refreshToken, expiresIn, scopes } = await exchanged();
    const { identity, page } = await used(accessToken, byPerson);

    expect(refreshToken).toMatch(/./);
    expect(expiresIn).toBeGreaterThan(3_000);
    expect(scopes).not.toEqual([]);
    expect(identity.account.email).toBe('ada@acme.example');
    expect(page.items).not.toEqual([]);
    expect(asked()).toEqual([token, ...person, calendar({})]);
    expect(await elsewhere()).toEqual([]);
  });

  it('refreshes with one request, and the new token works', async () => {
    const { accessToken: old, refreshToken } = await exchanged();
    front.act(({ pass }) => pass());

    const { accessToken } = await got(
      (fetch) => tokens.refresh?.(app, refreshToken ?? '', fetch) ?? Promise.resolve(),
    );
    const { identity } = await used(accessToken, byPerson);

    expect(accessToken).not.toBe(old);
    expect(identity.account.email).toBe('ada@acme.example');
    expect(asked()).toEqual([token, ...person, calendar({})]);
    expect(await elsewhere()).toEqual([]);
  });

  it('makes a token of keys alone, and the calendar is the one it is for', async () => {
    const { accessToken, refreshToken } = await got(
      (fetch) => tokens.mint?.(minting, fetch) ?? Promise.resolve(),
    );
    const { identity, page } = await used(accessToken, minting);

    const its = calendar(minting.settings);
    expect(refreshToken).toBeNull();
    expect(identity.account.id).toBe('grace@acme.example');
    expect(page.items).not.toEqual([]);
    expect(asked()).toEqual([token, its, its]);
    expect(await elsewhere()).toEqual([]);
  });

  it.each([
    [
      'exchange',
      (fetch: typeof globalThis.fetch) =>
        tokens.exchange?.({ app, redirectUri, code: 'none', verifier, scopes: ['openid'] }, fetch),
    ],
    ['refresh', (fetch: typeof globalThis.fetch) => tokens.refresh?.(app, 'none', fetch)],
    ['mint', (fetch: typeof globalThis.fetch) => tokens.mint?.(minting, fetch)],
  ] as const)('sends a failing %s once, with nothing of it in an address', async (_, run) => {
    front.act(({ response }) =>
      response
        .writeHead(503, { 'content-type': 'application/json' })
        .end('{"error":"temporarily_unavailable"}'),
    );

    const outcome = await tokenOutcome(tokenDoor(await manifestOf(id)), { dead: [], ours: [] }, (fetch) =>
      Promise.resolve(run(fetch)),
    );

    expect(outcome.kind).toBe('unknown');
    expect(asked()).toEqual([token]);
    expect(front.seen()[0]?.url).not.toMatch(/secret|code|refresh_token|assertion|none/);
    expect(await elsewhere()).toEqual([]);
  });
});
