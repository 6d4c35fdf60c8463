import { describe, expect, it } from 'vitest';
import type { Fault } from '../../infra/local/standins/standin.ts';
import { company } from '../support/api.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { during, entity, newWord, search, summary, titles } from './asking.ts';

const canary = newWord();
const users = [{ displayName: 'Ada Lovelace', accountId: 'ada-1' }];

type Act = Fault['act'];
const answer = (status: number, headers: Record<string, string> = {}, body: unknown = canary): Act => ({
  kind: 'answer',
  status,
  headers,
  body,
});
const json = { 'content-type': 'application/json' };

/** A connected Jira of its own that does as told for the next calls. */
const failing = async (act: Act, times = 20) => {
  const { admin } = company();
  const site = await aJiraSite({ users });
  const { id } = await connectedJira(admin, site);
  await site.fault({ times, act });
  return {
    search: () => during(site, () => search(admin, id, { query: 'ada' })),
    entity: () => during(site, () => entity(admin, id, 'person', 'ada-1')),
  };
};

describe('a fault of the provider is a code, never an empty success', () => {
  const cases: [string, Act, number, string, number][] = [
    ['500', answer(500), 502, 'provider_error', 3],
    ['502', answer(502), 502, 'provider_error', 3],
    ['504', answer(504), 502, 'provider_error', 3],
    ['501', answer(501), 502, 'provider_error', 1],
    ['400', answer(400), 502, 'provider_error', 1],
    ['403', answer(403), 422, 'provider_forbidden', 1],
    ['422', answer(422), 502, 'provider_error', 1],
    ['a cut connection', { kind: 'reset' }, 503, 'provider_unreachable', 3],
    ['an answer cut in its middle', { kind: 'cut' }, 503, 'provider_unreachable', 1],
    ['HTML', answer(200, { 'content-type': 'text/html' }, `<p>${canary}`), 502, 'provider_error', 1],
    ['JSON without an end', answer(200, json, `[{"${canary}"`), 502, 'provider_error', 1],
    ['other JSON than documented', answer(200, json, { [canary]: [] }), 502, 'provider_error', 1],
    ['null', answer(200, json, 'null'), 502, 'provider_error', 1],
    ['nothing', answer(200, json, ''), 502, 'provider_error', 1],
    ['a huge answer', answer(200, json, `["${'x'.repeat(5_100_000)}"]`), 502, 'provider_error', 1],
    [
      'a redirect elsewhere',
      answer(302, { location: `https://${canary}.example` }),
      502,
      'provider_error',
      1,
    ],
    ['a redirect to itself', answer(302, { location: '/rest/api/3/myself' }), 502, 'provider_error', 4],
  ];

  it.concurrent.each(cases)('%s', async (_, act, status, code, calls) => {
    const there = await failing(act);

    const outcomes = [await there.search(), await there.entity()];

    const expected = { status, code, calls, retryAfter: status === 503 ? '30' : null };
    expect(outcomes.map(summary)).toEqual([expected, expected]);
    expect(outcomes.filter(({ result }) => result.text.includes(canary))).toEqual([]);
    for (const { result } of outcomes)
      expect(result.headers.get('content-type')).toBe('application/problem+json');
  });

  it('a site that is gone, for a search', async () => {
    const there = await failing(answer(404, json, { errorMessage: canary }));

    const outcome = await there.search();

    expect(summary(outcome)).toMatchObject({ status: 422, code: 'provider_not_found', calls: 1 });
    expect(outcome.result.text).not.toContain(canary);
  });
});

describe('a provider that limits calls', () => {
  const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString();

  it.concurrent.each([
    ['seconds', '17', 17, 17],
    ['a date', at(90), 60, 90],
    ['a date that has passed', at(-3600), 1, 60],
    ['nonsense', 'soon', 60, 60],
    ['more nonsense', '12 parsecs', 60, 60],
    ['less than nothing', '-5', 1, 60],
    ['nothing', '', 60, 60],
    ['a century', '3155760000', 3600, 3600],
    ['a date in a century', 'Fri, 01 Jan 2126 00:00:00 GMT', 3600, 3600],
    ['endless digits', '9'.repeat(400), 3600, 3600],
  ])('says when to come back: %s', async (_, value, least, most) => {
    const there = await failing(answer(429, { ...json, 'retry-after': value }, {}));

    const { result } = await there.search();

    expect([result.status, result.body.code]).toEqual([503, 'provider_rate_limited']);
    const seconds = Number(result.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(least);
    expect(seconds).toBeLessThanOrEqual(most);
  });

  it('is not asked again at once where it asks for long, and is where it asks for a second', async () => {
    const [long, short] = [
      await failing(answer(429, { 'retry-after': '30' }), 1),
      await failing(answer(429, { 'retry-after': '1' }), 1),
    ];

    const [refused, served] = [await long.search(), await short.search()];

    expect([refused.result.status, refused.calls.length]).toEqual([503, 1]);
    expect([served.result.status, served.calls.length]).toEqual([200, 2]);
    expect(titles(served.result)).toEqual(['Ada Lovelace']);
  });

  it('is left alone by a search that is refused the same way once more', async () => {
    const { admin } = company();
    const site = await aJiraSite({ users, limit: { burst: 1, perSecond: 0.01 } });
    await site.control('PATCH', '', { limit: null });
    const { id } = await connectedJira(admin, site);
    await site.control('PATCH', '', { limit: { burst: 1, perSecond: 0.01 } });

    const first = await search(admin, id, { query: 'ada' });
    const outcome = await during(site, () => search(admin, id, { query: 'ada' }));

    expect(first.status).toBe(200);
    expect(summary(outcome)).toMatchObject({ status: 503, code: 'provider_rate_limited', calls: 1 });
    expect(Number(outcome.result.headers.get('retry-after'))).toBeGreaterThan(60);
  });
});
