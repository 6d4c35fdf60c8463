import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ada,
  apiOf,
  app,
  codeOf,
  type Event,
  type Events,
  type Microsoft,
  openMicrosoft,
  tenant,
} from './microsoft-caller.ts';

let microsoft: Microsoft;
beforeEach(async () => {
  microsoft = await openMicrosoft();
});
afterEach(() => microsoft.stop());

const window = 'startDateTime=2026-11-01&endDateTime=2026-12-31';
const asAda = async (scopes?: string[]) =>
  apiOf(microsoft, await microsoft.tokenFor('ada@acme.example', scopes));
const asApp = async () => apiOf(microsoft, await microsoft.appToken());

describe('a person', () => {
  it('is who the token says', async () => {
    const api = await asAda();
    const { body, headers } = await api.get<Record<string, unknown>>('/me', { 'client-request-id': 'mine' });

    expect(body).toMatchObject({
      '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users/$entity',
      id: ada,
      displayName: 'Ada Lovelace',
      mail: 'ada@acme.example',
      userPrincipalName: 'ada@acme.example',
    });
    expect(headers.get('client-request-id')).toBe('mine');
    expect((await api.get('/me?$select=id,mail')).body).toEqual({
      '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users(id,mail)/$entity',
      id: ada,
      mail: 'ada@acme.example',
    });
    await microsoft.control('users/change', { user: 'ada@acme.example', mail: null });
    expect((await api.get('/me')).body).toMatchObject({ mail: null, userPrincipalName: 'ada@acme.example' });
  });

  it('reaches their own mailbox only', async () => {
    const api = await asAda();

    expect((await api.get(`/me/calendarView?${window}`)).status).toBe(200);
    expect((await api.get(`/users/ada@acme.example/calendarView?${window}`)).status).toBe(200);
    expect((await api.get(`/users/${ada}/calendar`)).body).toMatchObject({ name: 'Calendar' });
    const other = await api.get(`/users/grace@acme.example/calendarView?${window}`);
    expect(codeOf(other)).toEqual([403, 'ErrorAccessDenied']);
    expect(other.body.error.innerError['request-id']).toBe(other.headers.get('request-id'));
    expect(codeOf(await api.get('/users/grace@acme.example'))).toEqual([403, 'Authorization_RequestDenied']);
    const wider = await asAda(['User.ReadBasic.All']);
    expect((await wider.get('/users/grace@acme.example')).body).toMatchObject({
      displayName: 'Grace Hopper',
    });
    expect(codeOf(await wider.get('/users/nobody@acme.example'))).toEqual([404, 'Request_ResourceNotFound']);
  });

  it('does what the scopes allow', async () => {
    const none = await asAda(['openid', 'profile']);
    expect(codeOf(await none.get('/me'))).toEqual([403, 'Authorization_RequestDenied']);
    expect(codeOf(await none.get(`/me/calendarView?${window}`))).toEqual([403, 'ErrorAccessDenied']);

    await microsoft.control('oauth/grants/revoke', { account: 'ada@acme.example' });
    const read = await asAda(['Calendars.Read']);
    expect((await read.get(`/me/calendarView?${window}`)).status).toBe(200);
    const event = { start: { dateTime: '2026-05-04T10:00:00' }, end: { dateTime: '2026-05-04T11:00:00' } };
    expect(codeOf(await read.send('POST', '/me/events', event))).toEqual([403, 'ErrorAccessDenied']);
  });

  it('needs a token that is one, and a mailbox', async () => {
    const refused = async (token: string | null) => codeOf(await apiOf(microsoft, token).get('/me'));
    const token = await microsoft.tokenFor('ada@acme.example');
    await microsoft.control('oauth/expire', { token });
    const expired = await apiOf(microsoft, token).get('/me');

    expect(await refused(null)).toEqual([401, 'InvalidAuthenticationToken']);
    expect(await refused('nonsense')).toEqual([401, 'InvalidAuthenticationToken']);
    expect(expired.body.error.message).toMatch(/expired/);
    expect(expired.headers.get('www-authenticate')).toMatch(/authorization_uri/);
    await microsoft.control('users/change', { user: 'ada@acme.example', mailbox: false });
    const api = await asAda();
    expect(codeOf(await api.get(`/me/calendarView?${window}`))).toEqual([404, 'MailboxNotEnabledForRESTAPI']);
    expect((await api.get('/me')).status).toBe(200);
  });
});

describe('an app by itself', () => {
  it('reads the mailboxes of the tenant that let it in', async () => {
    const api = await asApp();

    expect((await api.get<Events>(`/users/ada@acme.example/calendarView?${window}`)).body.value.length).toBe(
      10,
    );
    const { body } = await api.get<Events>(`/users/${ada}/calendarView?${window}&$top=1`);
    expect(body['@odata.nextLink']).toContain(`/v1.0/users/${ada}/calendarView?`);
    const id = body.value[0]?.id;
    expect((await api.get<Event>(`/users/${ada}/events/${id}`)).body.id).toBe(id);
    expect(codeOf(await api.get('/me'))).toEqual([400, 'BadRequest']);
    expect(codeOf(await api.get(`/me/calendarView?${window}`))).toEqual([400, 'BadRequest']);
    expect(codeOf(await api.get(`/users/nobody@acme.example/calendarView?${window}`))).toEqual([
      404,
      'ErrorInvalidUser',
    ]);
    const write = await api.send('POST', `/users/${ada}/events`, {});
    expect(codeOf(write)).toEqual([403, 'ErrorAccessDenied']);
  });

  it('is refused without the role', async () => {
    await microsoft.control('app-roles', { client: app.id, tenant, roles: [] });
    const api = await asApp();
    expect(codeOf(await api.get(`/users/${ada}/calendarView?${window}`))).toEqual([403, 'ErrorAccessDenied']);
  });

  it('is kept to the mailboxes of an access policy', async () => {
    await microsoft.control('mailbox-policy', { client: app.id, mailboxes: ['grace@acme.example'] });
    const api = await asApp();
    const refused = await api.get(`/users/ada@acme.example/calendarView?${window}`);

    expect((await api.get(`/users/grace@acme.example/calendarView?${window}`)).status).toBe(200);
    expect(codeOf(refused)).toEqual([403, 'ErrorAccessDenied']);
    expect(refused.body.error.message).toMatch(/\[RAOP\]/);
    const person = await asAda();
    expect((await person.get(`/me/calendarView?${window}`)).status).toBe(200);
    await microsoft.control('mailbox-policy', { client: app.id, mailboxes: null });
    expect((await api.get(`/users/ada@acme.example/calendarView?${window}`)).status).toBe(200);
  });

  it('knows no people of other tenants', async () => {
    const { id } = await microsoft.control<{ id: string }>('tenants', {
      name: 'Other',
      domains: ['other.example'],
    });
    await microsoft.control('users', { userPrincipalName: 'olga@other.example', tenant: id });
    const api = await asApp();
    expect(codeOf(await api.get(`/users/olga@other.example/calendarView?${window}`))).toEqual([
      404,
      'ErrorInvalidUser',
    ]);
  });
});

describe('limits', () => {
  it.each([
    [{}, 429, 'ApplicationThrottled', '10'],
    [{ retryAfter: null }, 429, 'ApplicationThrottled', null],
    [{ status: 503, code: 'ErrorServerBusy', retryAfter: 3 }, 503, 'ErrorServerBusy', '3'],
  ] as const)('are by control: %j', async (input, status, code, after) => {
    const api = await asAda();
    await microsoft.control('limits', { times: 1, mailbox: 'ada@acme.example', ...input });
    const grace = apiOf(microsoft, await microsoft.tokenFor('grace@acme.example'));

    expect((await grace.get(`/me/calendarView?${window}`)).status).toBe(200);
    const refused = await api.get(`/me/calendarView?${window}`);
    expect([...codeOf(refused), refused.headers.get('retry-after')]).toEqual([status, code, after]);
    expect((await api.get(`/me/calendarView?${window}`)).status).toBe(200);
  });
});

describe('the company Acme', () => {
  it('has a month of meetings for everybody', async () => {
    const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
    for (const who of ['ada', 'grace', 'linus']) {
      const api = apiOf(microsoft, await microsoft.tokenFor(`${who}@acme.example`));
      const { value } = await api.list(
        `/me/calendarView?startDateTime=${at(-14)}&endDateTime=${at(16)}&$top=200`,
      );

      expect(value.length).toBeGreaterThan(30);
      expect(new Set(value.map(({ type }) => type))).toContain('occurrence');
      expect(value.some(({ isAllDay }) => isAllDay)).toBe(true);
      expect(value.some(({ onlineMeeting }) => onlineMeeting?.joinUrl)).toBe(true);
      const cancelled = value.filter(({ isCancelled }) => isCancelled).map(({ subject }) => subject);
      expect(cancelled).toEqual(who === 'grace' ? [] : ['Canceled: Quarterly kick-off']);
      expect(value.filter(({ subject }) => subject === 'Daily stand-up').length).toBeGreaterThan(15);
    }
  });
});
