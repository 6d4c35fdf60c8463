import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TokenCall } from '../../infra/local/standins/oauth/types.ts';
import type { FamilyView } from '../../infra/local/standins/oauth/views.ts';
import { type OAuth, openOAuth } from './oauth-standin.ts';

let oauth: OAuth;
beforeEach(async () => {
  oauth = await openOAuth();
});
afterEach(() => oauth.stop());

const calls = async (query = ''): Promise<TokenCall[]> =>
  (await oauth.control<{ calls: TokenCall[] }>('GET', `calls${query}`)).calls;
const open = (input: Record<string, unknown> = {}) =>
  oauth.control<{ family: string; access: string; refresh: string }>('POST', 'families', {
    client: 'app',
    account: 'ada',
    scopes: ['read'],
    ...input,
  });

describe('faults at the token endpoint', () => {
  const fault = (input: unknown) => oauth.control('POST', 'faults', input);
  const attempt = async (refresh: string, patience = 200) => {
    const signal = AbortSignal.timeout(patience);
    try {
      const body = new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: 'app',
        client_secret: 'client-secret',
        refresh_token: refresh,
      });
      const response = await fetch(`${oauth.origin}/token`, { method: 'POST', body, signal });
      return [response.status, await response.text()];
    } catch (error) {
      return signal.aborted ? 'hung' : error instanceof TypeError ? 'cut' : String(error);
    }
  };

  it.each([
    ['a 500', { kind: 'answer', status: 500, body: 'oops' }, [500, 'oops']],
    ['garbage', { kind: 'answer', status: 200, body: '<html>' }, [200, '<html>']],
    ['no token', { kind: 'answer', status: 200, body: { ok: true } }, [200, '{"ok":true}']],
    ['silence', { kind: 'hang' }, 'hung'],
    ['a reset', { kind: 'reset' }, 'cut'],
    ['half an answer', { kind: 'cut' }, 'cut'],
  ])('%s before the refresh leaves the token good, after it spends it', async (_name, act, seen) => {
    const before = await open();
    await fault({ match: { family: before.family }, when: 'before', act });
    expect(await attempt(before.refresh)).toEqual(seen);
    expect(await oauth.control('GET', `families/${before.family}`)).toMatchObject({ refreshCalls: 0 });
    expect((await oauth.refresh(before.refresh)).status).toBe(200);

    const after = await open();
    await fault({ match: { family: after.family }, when: 'after', act });
    expect(await attempt(after.refresh)).toEqual(seen);
    expect(await oauth.control('GET', `families/${after.family}`)).toMatchObject({ generation: 1 });
    expect((await oauth.refresh(after.refresh)).body.error).toBe('invalid_grant');
    const [entry] = await calls(`?family=${after.family}`);
    expect(entry).toMatchObject({ outcome: 'issued', fault: `after ${act.kind}` });
  });

  it('delays the handling or only the answer', async () => {
    const [slow, late] = [await open(), await open()];
    const act = { kind: 'delay', ms: 250 };
    await fault({ match: { family: slow.family }, when: 'before', act });
    await fault({ match: { family: late.family }, when: 'after', act });
    const generation = async (family: string) =>
      (await oauth.control<FamilyView>('GET', `families/${family}`)).generation;
    const answers = [attempt(slow.refresh, 5000), attempt(late.refresh, 5000)];
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect([await generation(slow.family), await generation(late.family)]).toEqual([0, 1]);
    expect((await Promise.all(answers)).map((answer) => answer[0])).toEqual([200, 200]);
    expect(await generation(slow.family)).toBe(1);
  });

  it('hits whom it names, as often as it says', async () => {
    await fault([
      {
        match: { account: 'grace', grant: 'refresh_token' },
        times: 2,
        when: 'before',
        act: { kind: 'reset' },
      },
      { match: { client: 'other' }, when: 'before', act: { kind: 'reset' } },
    ]);
    const [ada, grace] = [await open(), await open({ account: 'grace' })];
    expect((await oauth.refresh(ada.refresh)).status).toBe(200);
    expect(await attempt(grace.refresh)).toBe('cut');
    expect(await attempt(grace.refresh)).toBe('cut');
    expect((await oauth.refresh(grace.refresh)).status).toBe(200);
    await oauth.control('POST', 'faults', { when: 'before', act: { kind: 'reset' } });
    await oauth.control('DELETE', 'faults');
    expect((await oauth.refresh('unknown')).status).toBe(400);
  });
});
