import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OAuth, openOAuth, type Tokens } from './oauth-standin.ts';

let oauth: OAuth;
beforeAll(async () => {
  oauth = await openOAuth();
});
afterAll(() => oauth.stop());
beforeEach(() => oauth.control('DELETE', 'policy'));
afterEach(() => {
  delete process.env['CLOCK_OFFSET_MS'];
});

const later = (seconds: number): void => {
  process.env['CLOCK_OFFSET_MS'] = String(seconds * 1000);
};
const policy = (rule: Record<string, unknown>) => oauth.control('POST', 'policy', { policy: rule });
const refreshed = async (value: unknown): Promise<Tokens> => {
  const { status, text, body } = await oauth.refresh(String(value));
  if (status !== 200) throw new Error(`${status} ${text}`);
  return body as Tokens;
};
const refusal = async (value: unknown) => {
  const { status, body } = await oauth.refresh(String(value));
  return [status, body.error];
};
const dead = [400, 'invalid_grant'];
const day = 24 * 3600;

describe('access tokens', () => {
  it('expire by the local clock', async () => {
    const { access_token: access } = await oauth.connect();
    later(3595);
    expect(await oauth.works(access)).toBe(true);
    later(3600);
    expect(await oauth.works(access)).toBe(false);
  });

  it('last for ever where the policy says so', async () => {
    await policy({ accessSeconds: null });
    const tokens = await oauth.connect();
    expect(tokens).not.toHaveProperty('expires_in');
    later(4000 * day);
    expect(await oauth.works(tokens.access_token)).toBe(true);
  });

  it.each([
    ['number', 3600],
    ['text', '3600'],
    ['missing', undefined],
    ['zero', 0],
    ['negative', -1],
    ['huge', 1e15],
    ['nan', 'NaN'],
  ])('are announced with expires_in as %s', async (expiresIn, expected) => {
    await policy({ expiresIn });
    const tokens = await oauth.connect();
    expect(tokens['expires_in']).toBe(expected);
    expect((await refreshed(tokens.refresh_token))['expires_in']).toBe(expected);
    expect(await oauth.works(tokens.access_token)).toBe(true);
  });

  it('come without scope where the policy says so', async () => {
    await policy({ scopeInAnswer: false });
    expect(await oauth.connect()).not.toHaveProperty('scope');
  });
});

describe('refresh tokens', () => {
  it('die of inactivity, which each use resets', async () => {
    await policy({ idleSeconds: 90 * day });
    const [{ refresh_token: first }, { refresh_token: idle }] = [
      await oauth.connect(),
      await oauth.connect(),
    ];
    later(89 * day);
    const { refresh_token: second } = await refreshed(first);
    later(91 * day);
    expect(await refusal(idle)).toEqual(dead);
    later(178 * day);
    await refreshed(second);
  });

  it('die of inactivity also where they do not rotate', async () => {
    await policy({ idleSeconds: 10 * day, rotates: false });
    const { refresh_token: refresh } = await oauth.connect();
    later(9 * day);
    await refreshed(refresh);
    later(18 * day);
    await refreshed(refresh);
    later(29 * day);
    expect(await refusal(refresh)).toEqual(dead);
  });

  it('die of age whatever their use', async () => {
    await policy({ absoluteSeconds: 365 * day });
    const { refresh_token: first } = await oauth.connect();
    later(364 * day);
    const { refresh_token: second } = await refreshed(first);
    later(366 * day);
    expect(await refusal(second)).toEqual(dead);
  });

  it.each(['account', 'scopes'])('are capped per %s: the oldest goes', async (per) => {
    await policy({ cap: { most: 2, per } });
    await oauth.control('POST', 'grants/revoke', { account: 'ada' });
    const wide = await oauth.connect();
    const narrow = await oauth.connect({ scope: 'read' });
    const grace = await oauth.connect({ standin_user: 'grace' });
    await oauth.connect();
    expect(await oauth.works(wide.access_token)).toBe(per === 'scopes');
    await oauth.connect();
    expect(await oauth.works(wide.access_token)).toBe(false);
    expect(await oauth.works(narrow.access_token)).toBe(per === 'scopes');
    expect(await oauth.works(grace.access_token)).toBe(true);
  });

  it('are refused in other words where the policy has some', async () => {
    const first = await oauth.connect();
    await policy({ deadRefresh: { status: 403, error: 'unauthorized_client', description: 'no' } });
    expect(await refusal('unknown')).toEqual([403, 'unauthorized_client']);
    const other = await oauth.refresh(first.refresh_token, {
      client_id: 'other',
      client_secret: 'other-secret',
    });
    expect([other.status, other.body.error]).toEqual([400, 'invalid_grant']);
    await oauth.control('POST', 'expire', { token: first.refresh_token });
    expect(await refusal(first.refresh_token)).toEqual([403, 'unauthorized_client']);
  });

  it('die with the account', async () => {
    const people = [{ id: '1', names: ['ada'], label: 'Ada' }];
    const other = await openOAuth({ accounts: () => people });
    const { refresh_token: refresh } = await other.connect();
    people.pop();
    expect((await other.refresh(refresh)).status).toBe(400);
    await other.stop();
  });
});

describe('revocation', () => {
  const credentials = { client_id: 'app', client_secret: 'client-secret' };

  it.each([
    ['token', 'access_token', [false, true, true]],
    ['token', 'refresh_token', [false, false, true]],
    ['family', 'access_token', [false, false, true]],
    ['account', 'access_token', [false, false, false]],
    ['account', 'refresh_token', [false, false, false]],
  ] as const)('with effect on the %s, of an %s', async (effect, which, expected) => {
    const other = await openOAuth({ revoke: { host: /./, path: '/revoke', effect, clientAuth: true } });
    const [tokens, sibling] = [await other.connect(), await other.connect()];
    const reply = await other.form('/revoke', { ...credentials, token: tokens[which] });
    expect(reply.status).toBe(200);
    expect([
      await other.works(tokens.access_token),
      (await other.refresh(tokens.refresh_token)).status === 200,
      await other.works(sibling.access_token),
    ]).toEqual(expected);
    await other.stop();
  });

  it('answers alike for what it does not know, unless the provider tells', async () => {
    expect((await oauth.form('/revoke', { ...credentials, token: 'x' })).status).toBe(200);
    const unknown = { status: 400, error: 'invalid_token' };
    const revoke = { host: /./, path: '/revoke', effect: 'account', clientAuth: false, unknown } as const;
    const other = await openOAuth({ revoke });
    const { status, body } = await other.form('/revoke', { token: 'x' });
    expect([status, body.error]).toEqual([400, 'invalid_token']);
    await other.stop();
  });

  it('needs a token and the client', async () => {
    expect((await oauth.form('/revoke', credentials)).body.error).toBe('invalid_request');
    expect((await oauth.form('/revoke', { token: 'x' })).status).toBe(401);
  });

  it('lets access tokens run out where the policy says so', async () => {
    await policy({ revocationKillsAccess: false });
    const tokens = await oauth.connect();
    await oauth.form('/revoke', { ...credentials, token: tokens.refresh_token });
    expect(await refusal(tokens.refresh_token)).toEqual(dead);
    expect(await oauth.works(tokens.access_token)).toBe(true);
  });
});
