import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, type Github, openGithub } from './github-caller.ts';

describe('limits', () => {
  let limited: Github;
  beforeEach(async () => {
    limited = await openGithub();
  });
  afterEach(() => limited.stop());

  it('counts calls and reports them', async () => {
    await limited.get('/user');
    const { headers } = await limited.get('/user');

    expect(headers.get('x-ratelimit-limit')).toBe('5000');
    expect(headers.get('x-ratelimit-used')).toBe('2');
    expect(headers.get('x-ratelimit-remaining')).toBe('4998');
    expect(headers.get('x-ratelimit-resource')).toBe('core');
    expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000);
    const { body } = await limited.get<{ resources: { core: { used: number }; search: { limit: number } } }>(
      '/rate_limit',
    );
    expect([body.resources.core.used, body.resources.search.limit]).toEqual([2, 30]);
    expect((await limited.get('/user', { token: null })).headers.get('x-ratelimit-limit')).toBe('60');
  });

  it.each([403, 429] as const)('refuses over the primary limit with %s until it resets', async (status) => {
    await limited.control('tokens', { token: 'ghp_other', user: 'ada-acme' });
    await limited.control('rate-limits', {
      resource: 'core',
      token: admin,
      limit: 2,
      resetInSeconds: 2,
      status,
    });
    await limited.get('/user');
    await limited.get('/user');
    const over = await limited.get('/user');

    expect(over.status).toBe(status);
    expect(over.body.message).toBe('API rate limit exceeded for user ID 1005.');
    expect(over.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(over.headers.get('retry-after')).toBeNull();
    const other = await limited.get('/user', { token: 'ghp_other' });
    expect([other.status, other.headers.get('x-ratelimit-limit')]).toEqual([200, '5000']);
    expect((await limited.search('is:pr')).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect((await limited.get('/user')).status).toBe(200);
  });

  it('limits searches only where told to', async () => {
    for (let call = 0; call < 35; call += 1) expect((await limited.search('is:pr')).status).toBe(200);
    await limited.control('rate-limits', { resource: 'search', limit: 30, remaining: 1 });

    expect((await limited.search('is:pr')).headers.get('x-ratelimit-remaining')).toBe('0');
    const over = await limited.search('is:pr');
    expect([over.status, over.headers.get('x-ratelimit-resource')]).toEqual([403, 'search']);
    expect((await limited.get('/user')).status).toBe(200);
  });

  it('has secondary limits with and without a waiting time', async () => {
    await limited.control('secondary-limits', { times: 1, retryAfter: 7 });
    await limited.control('secondary-limits', { times: 1, status: 429 });
    const [first, second, third] = [
      await limited.get('/user'),
      await limited.get('/user'),
      await limited.get('/user'),
    ];

    expect([first.status, first.headers.get('retry-after')]).toEqual([403, '7']);
    expect(first.body.message).toMatch(/secondary rate limit/);
    expect(Number(first.headers.get('x-ratelimit-remaining'))).toBeGreaterThan(0);
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, null]);
    expect(third.status).toBe(200);
  });
});
