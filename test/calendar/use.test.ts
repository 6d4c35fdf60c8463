import { describe, expect, it } from 'vitest';
import { expectProblem } from '../integrations/told.ts';
import { caller } from '../support/api.ts';
import { aGoogleCalendar, anOutlookMailbox } from '../support/calendars.ts';
import { connectedTo, robotOf } from './wrong.ts';

/** What a provider refuses later is told by its code, and no word of it is passed on. */

const googleError = (code: number, reason: string, domain = 'usageLimits') => ({
  error: { code, message: 'As Google says it.', errors: [{ domain, reason, message: 'As Google says it.' }] },
});
const graphError = (code: string) => ({ error: { code, message: 'As Graph says it.' } });

const answers = [
  [
    'Google limits with 403',
    403,
    googleError(403, 'rateLimitExceeded'),
    {},
    503,
    'provider_rate_limited',
    '60',
  ],
  [
    'Google limits a user with 403',
    403,
    googleError(403, 'userRateLimitExceeded'),
    {},
    503,
    'provider_rate_limited',
    '60',
  ],
  [
    'Google’s quota is used up',
    403,
    googleError(403, 'quotaExceeded'),
    {},
    503,
    'provider_rate_limited',
    '60',
  ],
  [
    'Google limits with 429',
    429,
    googleError(429, 'rateLimitExceeded'),
    { 'retry-after': '17' },
    503,
    'provider_rate_limited',
    '17',
  ],
  [
    'Google’s API is disabled',
    403,
    googleError(403, 'accessNotConfigured'),
    {},
    422,
    'provider_forbidden',
    null,
  ],
  ['Google forbids', 403, googleError(403, 'forbidden', 'global'), {}, 422, 'provider_forbidden', null],
  [
    'Google says that it is gone',
    410,
    googleError(410, 'deleted', 'global'),
    {},
    422,
    'provider_not_found',
    null,
  ],
  [
    'Graph limits',
    429,
    graphError('ApplicationThrottled'),
    { 'retry-after': '11' },
    503,
    'provider_rate_limited',
    '11',
  ],
  [
    'Graph limits and does not say for how long',
    429,
    graphError('TooManyRequests'),
    {},
    503,
    'provider_rate_limited',
    '60',
  ],
  ['Graph forbids', 403, graphError('ErrorAccessDenied'), {}, 422, 'provider_forbidden', null],
  ['Graph says that it is gone', 410, graphError('ResyncRequired'), {}, 422, 'provider_not_found', null],
] as const;

describe('using', () => {
  it.each(answers)('%s: the right code', async (how, status, body, headers, wanted, code, retryAfter) => {
    const [admin, calendar] = [
      caller(),
      await (how.startsWith('Google') ? aGoogleCalendar() : anOutlookMailbox()),
    ];
    const id = await connectedTo(admin, calendar);
    await calendar.fault({
      kind: 'answer',
      status,
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });

    const reply = await admin.post(`/integrations/${id}/search`, {});

    expectProblem(reply, wanted, code);
    expect(reply.headers.get('retry-after')).toBe(retryAfter);
    expect(reply.text).not.toMatch(/As G\w+ says it/);
    const { body: after } = await admin.get(`/integrations/${id}`);
    expect(after.integration.status).toBe('active');
  });

  it('an event that is gone is told as one there is not', async () => {
    const [admin, calendar] = [caller(), await aGoogleCalendar()];
    const id = await connectedTo(admin, calendar);
    await calendar.fault({ kind: 'answer', status: 410, body: googleError(410, 'deleted', 'global') });

    const reply = await admin.get(`/integrations/${id}/entity?type=event&externalId=acmegone`);

    expectProblem(reply, 404, 'not_found');
  });

  it('a calendar that is shared no longer is told, and works again once it is', async () => {
    const [admin, calendar] = [caller(), await aGoogleCalendar()];
    const id = await connectedTo(admin, calendar);
    const share = (role: string) =>
      calendar.control('share', { calendar: calendar.owner, with: robotOf(calendar), role });
    const search = () => admin.post(`/integrations/${id}/search`, {});

    await share('none');
    expectProblem(await search(), 422, 'provider_not_found');
    const { body } = await admin.post(`/integrations/${id}/test`);
    expect(body).toMatchObject({ ok: false, code: 'provider_not_found', hint: expect.stringMatching(/./) });

    await share('reader');
    expect((await search()).status).toBe(200);
  });
});
