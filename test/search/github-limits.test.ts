import { describe, expect, it } from 'vitest';
import { company } from '../support/api.ts';
import { aGithubAccount, connectedGithub, control } from '../support/standins.ts';
import { during, newWord, search, summary } from './asking.ts';

const canary = newWord();

describe('GitHub', () => {
  const connected = async () => {
    const { admin } = company();
    const account = await aGithubAccount();
    const { id } = await connectedGithub(admin, account);
    return { account, ask: () => during(account, () => search(admin, id, { query: newWord() })) };
  };

  it.each([
    [403, 45, '45'],
    [429, 7, '7'],
    [403, null, '60'],
    [429, null, '60'],
  ])('limits with %i and Retry-After %s', async (status, retryAfter, expected) => {
    const { account, ask } = await connected();
    await control('github', 'POST', 'secondary-limits', {
      token: account.token,
      times: 5,
      status,
      retryAfter,
    });

    const outcome = await ask();

    expect(summary(outcome)).toEqual({
      status: 503,
      code: 'provider_rate_limited',
      calls: 1,
      retryAfter: expected,
    });
  });

  it('says when its window begins again', async () => {
    const { account, ask } = await connected();
    const rule = { resource: 'search', token: account.token, limit: 30, remaining: 0, resetInSeconds: 50 };
    await control('github', 'POST', 'rate-limits', rule);

    const outcome = await ask();

    expect(summary(outcome)).toMatchObject({ status: 503, code: 'provider_rate_limited', calls: 1 });
    const seconds = Number(outcome.result.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(40);
    expect(seconds).toBeLessThanOrEqual(50);
  });

  it('forbids where it does not limit', async () => {
    const { account, ask } = await connected();
    await account.fault({ times: 1, act: { kind: 'answer', status: 403, body: { message: canary } } });

    const outcome = await ask();

    expect(summary(outcome)).toMatchObject({ status: 422, code: 'provider_forbidden', calls: 1 });
    expect(outcome.result.text).not.toContain(canary);
  });

  it('rejects a revoked token: reconnect', async () => {
    const { account, ask } = await connected();
    await control('github', 'POST', 'tokens/revoke', { token: account.token });

    const outcome = await ask();

    expect(summary(outcome)).toMatchObject({ status: 409, code: 'needs_reauth', calls: 1 });
    expect(outcome.result.text).not.toContain(account.token);
  });
});
