import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { demo as microsoft } from '../../infra/local/standins/microsoft/seed.ts';
import { footprint } from '../integrations/stored.ts';
import { expectProblem } from '../integrations/told.ts';
import { type Caller, caller } from '../support/api.ts';
import { aGoogleCalendar, anOutlookMailbox, type Calendar } from '../support/calendars.ts';
import { plantedSecret } from '../support/secrets.ts';

/** Whatever is wrong with what was typed in is told by its code and a hint, and nothing is stored. */

type Change = { settings?: Record<string, string>; credentials?: Record<string, string> };
type Case = { what: string; arrange: (calendar: Calendar) => Change | Promise<Change>; code: string };

const otherKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

const robotOf = ({ connection }: Calendar): string => connection.credentials['clientEmail'] ?? '';
const appOf = ({ connection }: Calendar): string => connection.settings['clientId'] ?? '';
const readonly = 'https://www.googleapis.com/auth/calendar.readonly';

const google: Case[] = [
  {
    what: 'the key of another account',
    arrange: () => ({ credentials: { privateKey: otherKey() } }),
    code: 'provider_unauthorized',
  },
  {
    what: 'a key that was disabled',
    arrange: async (calendar) => {
      await calendar.control('service-accounts/keys', { email: robotOf(calendar), disabled: true });
      return {};
    },
    code: 'provider_unauthorized',
  },
  {
    what: 'an account that does not exist',
    arrange: () => ({ credentials: { clientEmail: 'nobody@nowhere.iam.gserviceaccount.com' } }),
    code: 'provider_unauthorized',
  },
  {
    what: 'somebody to act for without delegation',
    arrange: ({ owner }) => ({ settings: { subject: owner } }),
    code: 'provider_unauthorized',
  },
  {
    what: 'a calendar there is not',
    arrange: () => ({ settings: { calendarId: 'nobody@nowhere.example' } }),
    code: 'provider_not_found',
  },
  {
    what: 'a calendar that is not shared with it',
    arrange: async (calendar) => {
      await calendar.control('share', { calendar: calendar.owner, with: robotOf(calendar), role: 'none' });
      return {};
    },
    code: 'provider_not_found',
  },
];

const outlook: Case[] = [
  {
    what: 'a wrong secret',
    arrange: () => ({ credentials: { clientSecret: plantedSecret('wrong') } }),
    code: 'provider_unauthorized',
  },
  {
    what: 'a secret that has expired',
    arrange: async (calendar) => {
      await calendar.control('app-secret', { client: appOf(calendar), expired: true });
      return {};
    },
    code: 'provider_unauthorized',
  },
  {
    what: 'an app there is not',
    arrange: () => ({ settings: { clientId: 'no-such-app' } }),
    code: 'provider_unauthorized',
  },
  {
    what: 'a tenant there is not',
    arrange: () => ({ settings: { tenantId: 'nowhere.example' } }),
    code: 'provider_unauthorized',
  },
  {
    what: 'a tenant that did not let the app in',
    arrange: async (calendar) => {
      const { tenantId: tenant } = calendar.connection.settings;
      await calendar.control('app-roles', { client: appOf(calendar), tenant, roles: null });
      return {};
    },
    code: 'provider_unauthorized',
  },
  {
    what: 'a mailbox there is not',
    arrange: () => ({ settings: { mailbox: 'nobody@acme.example' } }),
    code: 'provider_not_found',
  },
  {
    what: 'an account without a mailbox',
    arrange: async ({ owner: user, control }) => {
      await control('users/change', { user, mailbox: false });
      return {};
    },
    code: 'provider_not_found',
  },
  {
    what: 'an app that may read no calendars',
    arrange: async (calendar) => {
      const roles = ['User.Read.All'];
      await calendar.control('app-roles', { client: appOf(calendar), tenant: microsoft.tenant, roles });
      return {};
    },
    code: 'provider_forbidden',
  },
  {
    what: 'a mailbox the access policy keeps from the app',
    arrange: async (calendar) => {
      const mailboxes = ['grace@acme.example'];
      await calendar.control('mailbox-policy', { client: appOf(calendar), mailboxes });
      return {};
    },
    code: 'provider_forbidden',
  },
];

const cases = [
  ...google.map((one) => ({ name: 'Google', make: () => aGoogleCalendar(), ...one })),
  ...outlook.map((one) => ({ name: 'Outlook', make: () => anOutlookMailbox(), ...one })),
];

const bodyOf = ({ provider, auth, connection }: Calendar, change: Change) => ({
  provider,
  auth,
  scope: 'organization',
  settings: { ...connection.settings, ...change.settings },
  credentials: { ...connection.credentials, ...change.credentials },
});

describe('connecting', () => {
  it.each(cases)('$name with $what is $code, with a hint', async ({ make, arrange, code }) => {
    const [admin, calendar] = [caller(), await make()];
    const body = bodyOf(calendar, await arrange(calendar));
    const before = await footprint(admin);

    const connecting = await admin.post('/integrations/connect', body);
    const trying = await admin.post('/integrations/test', body);

    expectProblem(connecting, 422, code);
    expect(trying.body).toEqual({ ok: false, code, hint: expect.stringMatching(/\w+ \w+ \w+/) });
    expect(await footprint(admin)).toEqual(before);
  });

  it.each([
    ['no key', 'not base64 at all'],
    [
      'a key of another kind',
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ],
  ])('Google with %s names the field and asks nobody', async (_, text) => {
    const [admin, calendar] = [caller(), await aGoogleCalendar()];
    const privateKey = String(text).startsWith('-----')
      ? String(text)
      : `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----\n`;
    const body = bodyOf(calendar, { credentials: { privateKey } });

    for (const path of ['/integrations/connect', '/integrations/test'])
      expectProblem(await admin.post(path, body), 400, 'invalid_request', 'credentials.privateKey');

    expect([...(await calendar.calls()), ...(await calendar.tokenCalls())]).toEqual([]);
  });

  it('Google takes a key as it stands in its file, line breaks written out', async () => {
    const [admin, calendar] = [caller(), await aGoogleCalendar()];
    const privateKey = (calendar.connection.credentials['privateKey'] ?? '').replaceAll('\n', '\\n');

    const { status } = await admin.post(
      '/integrations/connect',
      bodyOf(calendar, { credentials: { privateKey } }),
    );

    expect(status).toBe(201);
  });

  it('Google acts for somebody who delegated to the account, and sees what that person sees', async () => {
    const [admin, calendar] = [caller(), await aGoogleCalendar()];
    const { owner, control } = calendar;
    await control('share', { calendar: owner, with: robotOf(calendar), role: 'none' });
    await control('service-accounts/delegate', {
      email: robotOf(calendar),
      delegations: [{ domain: owner.split('@')[1], scopes: [readonly] }],
    });
    await calendar.add({
      summary: 'Own event',
      start: { dateTime: '2027-03-22T09:00:00Z' },
      end: { dateTime: '2027-03-22T10:00:00Z' },
    });

    const { status, body } = await admin.post(
      '/integrations/connect',
      bodyOf(calendar, { settings: { subject: owner } }),
    );
    const found = await admin.post(`/integrations/${body.integration.id}/search`, {
      from: '2027-03-22',
      to: '2027-03-22',
    });

    expect(status).toBe(201);
    expect(found.body.items).toMatchObject([{ title: 'Own event' }]);
  });
});

const connectedTo = async (admin: Caller, calendar: Calendar): Promise<string> => {
  const { status, body, text } = await admin.post('/integrations/connect', bodyOf(calendar, {}));
  if (status !== 201) throw new Error(text);
  return body.integration.id;
};

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
