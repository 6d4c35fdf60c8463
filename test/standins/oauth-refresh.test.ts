import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FamilyView } from '../../infra/local/standins/oauth/views.ts';
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
const newest = async (): Promise<FamilyView> => {
  const { families } = await oauth.control<{ families: FamilyView[] }>('GET', 'families');
  const last = families.at(-1);
  if (!last) throw new Error('no family');
  return last;
};

describe('rotation', () => {
  it('gives a new refresh token each time and tells so in the family', async () => {
    const first = await oauth.connect();
    const second = await refreshed(first.refresh_token);
    const third = await refreshed(second.refresh_token);
    expect(new Set([first, second, third].map((tokens) => tokens.refresh_token)).size).toBe(3);
    expect(await newest()).toMatchObject({
      client: 'app',
      account: '1',
      state: 'live',
      generation: 2,
      refreshCalls: 2,
      refreshed: 2,
      spentTwice: 0,
      accessWorks: true,
      currentAccess: oauth.hashOf(third.access_token),
      currentRefresh: oauth.hashOf(third.refresh_token),
      refreshTokens: [{ state: 'rotated' }, { state: 'rotated' }, { state: 'live' }],
    });
  });

  it('keeps the token where the policy does not rotate, and may leave it out of the answer', async () => {
    await policy({ rotates: false });
    const { refresh_token: refresh } = await oauth.connect();
    expect((await refreshed(refresh)).refresh_token).toBe(refresh);
    expect((await refreshed(refresh)).refresh_token).toBe(refresh);
    await policy({ rotates: true, refreshTokenOnRefresh: false });
    expect(await refreshed(refresh)).not.toHaveProperty('refresh_token');
    expect(await refreshed(refresh)).not.toHaveProperty('refresh_token');
    expect(await newest()).toMatchObject({ spentTwice: 0, refreshCalls: 4, generation: 4 });
  });

  it('leaves the old token alive where the policy does not spend it', async () => {
    await policy({ spends: false });
    const first = await oauth.connect();
    const second = await refreshed(first.refresh_token);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    await refreshed(first.refresh_token);
    await refreshed(second.refresh_token);
  });

  it('ends older access tokens where the policy says so', async () => {
    await policy({ refreshKillsAccess: true });
    const first = await oauth.connect();
    const second = await refreshed(first.refresh_token);
    expect([await oauth.works(first.access_token), await oauth.works(second.access_token)]).toEqual([
      false,
      true,
    ]);
  });

  it('narrows the scope when asked, and not the grant', async () => {
    const { refresh_token: first } = await oauth.connect();
    const { body } = await oauth.refresh(first, { scope: 'read' });
    expect(body['scope']).toBe('read');
    expect((await refreshed(body.refresh_token))['scope']).toBe('read write');
  });
});

describe('reuse', () => {
  it('without grace ends the family, its access tokens too', async () => {
    const first = await oauth.connect();
    const second = await refreshed(first.refresh_token);
    expect(await refusal(first.refresh_token)).toEqual(dead);
    expect(await refusal(second.refresh_token)).toEqual(dead);
    expect(await oauth.works(second.access_token)).toBe(false);
    expect(await newest()).toMatchObject({
      state: 'revoked',
      ended: { why: 'reuse' },
      spentTwice: 1,
      refreshCalls: 3,
      refreshed: 1,
      accessWorks: false,
    });
  });

  it('may be refused and nothing more', async () => {
    await policy({ reuseRevokesFamily: false });
    const first = await oauth.connect();
    const second = await refreshed(first.refresh_token);
    expect(await refusal(first.refresh_token)).toEqual(dead);
    await refreshed(second.refresh_token);
  });

  it('leaves other families of the person alone', async () => {
    const [first, other] = [await oauth.connect(), await oauth.connect()];
    await refreshed(first.refresh_token);
    await refusal(first.refresh_token);
    expect(await oauth.works(other.access_token)).toBe(true);
    await refreshed(other.refresh_token);
  });

  it('within grace gets tokens of its own', async () => {
    await policy({ graceSeconds: 600 });
    const first = await oauth.connect();
    const lost = await refreshed(first.refresh_token);
    later(595);
    const again = await refreshed(first.refresh_token);
    expect(again.refresh_token).not.toBe(lost.refresh_token);
    expect(await oauth.works(again.access_token)).toBe(true);
    expect(await newest()).toMatchObject({ state: 'live', spentTwice: 1 });
    await refreshed(again.refresh_token);
  });

  it('after grace ends the family; its beginning is the first use', async () => {
    await policy({ graceSeconds: 600 });
    const first = await oauth.connect();
    await refreshed(first.refresh_token);
    later(500);
    const again = await refreshed(first.refresh_token);
    later(601);
    expect(await refusal(first.refresh_token)).toEqual(dead);
    expect(await refusal(again.refresh_token)).toEqual(dead);
  });

  it('within grace may get the same tokens again', async () => {
    await policy({ graceSeconds: 600, graceAnswer: 'same' });
    const first = await oauth.connect();
    const second = await refreshed(first.refresh_token);
    later(60);
    const again = await refreshed(first.refresh_token);
    expect(again).toEqual({ ...second, expires_in: 3540 });
  });

  it.each([
    ['previous', dead],
    ['any', [200, undefined]],
  ])('in grace of the token before the last, where grace is for %s', async (graceFor, expected) => {
    await policy({ graceSeconds: 600, graceFor });
    const first = await oauth.connect();
    const second = await refreshed(first.refresh_token);
    await refreshed(second.refresh_token);
    expect(await refusal(first.refresh_token)).toEqual(expected);
  });
});
