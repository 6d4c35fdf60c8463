import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TokenCall } from '../../infra/local/standins/oauth/types.ts';
import type { FamilyView } from '../../infra/local/standins/oauth/views.ts';
import { type OAuth, openOAuth, redirectUri, type Tokens } from './oauth-standin.ts';

let oauth: OAuth;
beforeEach(async () => {
  oauth = await openOAuth();
});
afterEach(() => oauth.stop());

const families = async (query = ''): Promise<FamilyView[]> =>
  (await oauth.control<{ families: FamilyView[] }>('GET', `families${query}`)).families;
const calls = async (query = ''): Promise<TokenCall[]> =>
  (await oauth.control<{ calls: TokenCall[] }>('GET', `calls${query}`)).calls;
const open = (input: Record<string, unknown> = {}) =>
  oauth.control<{ family: string; access: string; refresh: string }>('POST', 'families', {
    client: 'app',
    account: 'ada',
    scopes: ['read'],
    ...input,
  });

describe('controls', () => {
  it('add clients, whose secret is not kept', async () => {
    await oauth.control('POST', 'clients', { id: 'new', secret: 'new-secret', redirectUris: [redirectUri] });
    const fields = { client_id: 'new', client_secret: 'new-secret' };
    const code = await oauth.codeFor({ client_id: 'new' });
    expect((await oauth.exchange(code, fields)).status).toBe(200);
    const known = await oauth.call('/__standin/oauth/clients');
    expect(known.text).toContain('"new"');
    expect(known.text).not.toContain('new-secret');
  });

  it('tell what is wrong', async () => {
    const wrong = [
      ['POST', 'policy', { policy: { rotate: true } }],
      ['POST', 'policy', { account: 'nobody', policy: {} }],
      ['POST', 'families', { client: 'nobody', account: 'ada', scopes: [] }],
      ['POST', 'expire', { token: 'unknown' }],
      ['POST', 'families/family-99/revoke', {}],
      ['POST', 'faults', { when: 'during', act: { kind: 'hang' } }],
      ['POST', 'grants/revoke', { client: 'app' }],
    ] as const;
    for (const [method, path, body] of wrong) {
      await expect(oauth.control(method, path, body)).rejects.toThrow(/: 400 \{"error":/);
    }
  });

  it('open grants without a browser', async () => {
    const { access, refresh, family } = await open({ account: 'Grace' });
    expect(await oauth.works(access)).toBe(true);
    expect((await oauth.refresh(refresh)).status).toBe(200);
    expect(await oauth.control('GET', `families/${family}`)).toMatchObject({ account: '2', refreshed: 1 });
    expect((await families('?account=grace')).map(({ id }) => id)).toEqual([family]);
    expect(await families('?account=ada')).toEqual([]);
  });

  it('set policies for everybody, a client, an account, or both, the narrower winning', async () => {
    const expiry = async (client: string, account: string): Promise<number> => {
      const { family } = await open({ client, account });
      const { refreshTokens: _, ...view } = await oauth.control<FamilyView>('GET', `families/${family}`);
      const { refresh } = await open({ client, account });
      const fields = {
        client_id: client,
        client_secret: client === 'app' ? 'client-secret' : 'other-secret',
      };
      expect(view.client).toBe(client);
      return Number((await oauth.refresh(refresh, fields)).body['expires_in']);
    };
    const rule = (seconds: number, whose: Record<string, string>) =>
      oauth.control('POST', 'policy', { ...whose, policy: { accessSeconds: seconds } });
    await rule(40, { client: 'app', account: 'ada' });
    await rule(30, { account: 'ada' });
    await rule(20, { client: 'app' });
    await rule(10, {});
    expect(await expiry('app', 'ada')).toBe(40);
    expect(await expiry('other', 'ada')).toBe(30);
    expect(await expiry('app', 'grace')).toBe(20);
    expect(await expiry('other', 'grace')).toBe(10);
    await oauth.control('DELETE', 'policy?client=app&account=ada');
    expect(await expiry('app', 'ada')).toBe(30);
    await oauth.control('DELETE', 'policy');
    expect(await expiry('app', 'ada')).toBe(3600);
  });

  it('expire and revoke', async () => {
    const [one, two, three] = [await open(), await open(), await open({ client: 'other' })];
    await oauth.control('POST', 'expire', { family: one.family, what: 'access' });
    expect(await oauth.works(one.access)).toBe(false);
    const again = await oauth.refresh(one.refresh);
    expect(again.status).toBe(200);
    await oauth.control('POST', 'expire', { family: one.family, what: 'refresh' });
    expect(await oauth.works(again.body.access_token)).toBe(true);
    expect((await oauth.refresh(again.body.refresh_token ?? '')).status).toBe(400);
    expect(await oauth.control('GET', `families/${one.family}`)).toMatchObject({ state: 'expired' });

    await oauth.control('POST', `families/${two.family}/revoke`);
    expect(await oauth.works(two.access)).toBe(false);
    expect((await oauth.refresh(two.refresh)).status).toBe(400);

    const code = await oauth.codeFor();
    const revoked = await oauth.control('POST', 'grants/revoke', { client: 'app', account: 'ada' });
    expect(revoked).toEqual({ families: [one.family] });
    expect((await oauth.exchange(code)).body.error).toBe('invalid_grant');
    expect(await oauth.works(three.access)).toBe(true);
    await oauth.control('POST', 'grants/revoke', { account: 'ada' });
    expect(await oauth.works(three.access)).toBe(false);
  });

  it('shrink a grant: the next refresh has less', async () => {
    const { family, refresh } = await open({ scopes: ['read', 'write'] });
    await oauth.control('PATCH', `families/${family}`, { scopes: ['read'] });
    const { body } = await oauth.refresh(refresh);
    expect(body['scope']).toBe('read');
  });
});

describe('the log', () => {
  it('has every call of the token endpoint, without secrets', async () => {
    const code = await oauth.codeFor();
    const { body: first } = await oauth.exchange(code);
    const { body: second } = await oauth.refresh(first.refresh_token ?? '');
    await oauth.refresh(first.refresh_token ?? '');
    await oauth.refresh('unknown', { client_secret: 'wrong' });
    const [family] = await families();
    const about = { client: 'app', account: '1', family: family?.id, fault: null };
    expect(await calls()).toMatchObject([
      { ...about, grant: 'authorization_code', presented: oauth.hashOf(code), outcome: 'issued' },
      {
        ...about,
        grant: 'refresh_token',
        presented: oauth.hashOf(first.refresh_token ?? ''),
        outcome: 'issued',
        issued: {
          access: oauth.hashOf(second.access_token ?? ''),
          refresh: oauth.hashOf(second.refresh_token ?? ''),
        },
      },
      { ...about, grant: 'refresh_token', outcome: 'refresh_spent', issued: null },
      { client: 'app', family: null, account: null, outcome: 'client_refused' },
    ]);
    expect(await calls(`?family=${family?.id}`)).toHaveLength(3);
    expect(await calls('?account=grace')).toEqual([]);
    await oauth.control('DELETE', 'calls');
    expect(await calls()).toEqual([]);
  });
});

describe('the state file', () => {
  it('keeps everything over a restart, a code of a moment ago included', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'oauth-'));
    const file = join(folder, 'oauth.json');
    const first = await openOAuth({}, file);
    const tokens: Tokens = await first.connect();
    const { body: second } = await first.refresh(tokens.refresh_token);
    const code = await first.codeFor();
    await first.control('POST', 'policy', { policy: { accessSeconds: 77 } });
    const written = await readFile(file, 'utf8');
    await first.stop();

    expect(written).toContain(first.hashOf(code));
    for (const text of [code, tokens.refresh_token, second.access_token ?? '', 'client-secret']) {
      expect(written).not.toContain(text);
    }
    const again = await openOAuth({}, file);
    expect(await again.works(second.access_token)).toBe(true);
    expect((await again.exchange(code)).body['expires_in']).toBe(77);
    expect((await again.refresh(tokens.refresh_token)).status).toBe(400);
    expect(await again.works(second.access_token)).toBe(false);
    const { calls: log } = await again.control<{ calls: TokenCall[] }>('GET', 'calls');
    expect(log.map(({ outcome }) => outcome)).toEqual(['issued', 'issued', 'issued', 'refresh_spent']);
    await again.stop();
    await rm(folder, { recursive: true });
  });

  it('has the code before anybody redeems it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'oauth-'));
    const file = join(folder, 'oauth.json');
    const server = await openOAuth({}, file);
    const code = await server.codeFor();
    expect(await readFile(file, 'utf8')).toContain(server.hashOf(code));
    await server.stop();
    await rm(folder, { recursive: true });
  });
});
