import type { Fault } from '../../infra/local/standins/standin.ts';
import { caller, newId } from '../support/api.ts';
import { aGoogleCalendar, anOutlookMailbox, type Calendar } from '../support/calendars.ts';
import type { Cloud } from '../support/cloud.ts';
import { awkwardSecret, plantedSecret } from '../support/secrets.ts';
import { aGithubAccount, aJiraSite, control } from '../support/standins.ts';
import { day, type Planted, planted } from './planted.ts';

/** An integration with a calendar of its own, whose stand-in's every call may go wrong. */
const plantedCalendar = async (
  cloud: Cloud,
  { provider, auth, connection, add }: Calendar,
  event: object,
  secrets: readonly string[],
): Promise<Planted> => {
  const [id = ''] = await add({ ...event });
  const parts = await planted(cloud, provider, caller({}, cloud.url), connection, {
    auth,
    external: { type: 'event', id },
    entityType: 'Meeting',
    email: null,
    // Its API is sent a token, and knows nothing of what the token was made of.
    path: null,
    match: { path: '^/(?!__standin)' },
  });
  return { ...parts, secrets, echo: secrets.join(' ') };
};

export const plants: Readonly<Record<string, (cloud: Cloud) => Promise<Planted>>> = {
  jira: async (cloud) => {
    const apiToken = awkwardSecret('jira');
    const username = `${plantedSecret('user')}@${newId('host')}.test`.replaceAll('_', '-');
    const ada = { displayName: 'Ada', email: `${newId('ada')}@acme.example` };
    const site = await aJiraSite(
      {
        users: [{ displayName: 'Admin', email: username }, ada],
        tokens: [{ email: username, token: apiToken }],
      },
      cloud.standins['jira'],
    );
    const { users } = await site.control<{ users: { accountId: string }[] }>('GET', '');
    const [admin, person] = users.slice(-2);
    // Jira tells an account its own address, which is then shown: here it does not, so that ours is the only copy.
    const unnamed: Fault = {
      match: { host: site.host, path: '^/rest/api/3/myself$' },
      times: 10_000,
      act: { kind: 'answer', status: 200, body: { accountId: admin?.accountId, displayName: 'Admin' } },
    };
    const parts = await planted(
      cloud,
      'jira',
      caller({}, cloud.url),
      { settings: { baseUrl: site.baseUrl }, credentials: { username, apiToken } },
      {
        auth: 'api_token',
        external: { type: 'person', id: person?.accountId ?? '' },
        entityType: 'Person',
        email: ada.email,
        path: 'rest/api/3/search/jql',
        match: { host: site.host },
        always: [unnamed],
      },
    );
    const basic = Buffer.from(`${username}:${apiToken}`).toString('base64');
    return { ...parts, secrets: [username, apiToken], echo: `${apiToken} Basic ${basic}` };
  },
  github: async (cloud) => {
    const origin = cloud.standins['github'];
    const { login } = await aGithubAccount({ name: 'Ada' }, [], origin);
    const token = awkwardSecret('github');
    await control('github', 'POST', 'tokens', { token, user: login, scopes: [] }, origin);
    const parts = await planted(
      cloud,
      'github',
      caller({}, cloud.url),
      { credentials: { token } },
      {
        auth: 'api_token',
        external: { type: 'person', id: login },
        entityType: 'Person',
        email: `${login}@acme.example`,
        path: 'user',
        match: { authorization: token },
      },
    );
    return { ...parts, secrets: [token], echo: `${token} Bearer ${token}` };
  },
  google_calendar: async (cloud) => {
    const origin = cloud.standins['google_calendar'];
    const calendar = await aGoogleCalendar('UTC', origin);
    const robot = plantedSecret('robot');
    const clientEmail = `${robot}@planted.iam.gserviceaccount.com`;
    const account = { email: clientEmail };
    const made = await control('google_calendar', 'POST', 'service-accounts', account, origin);
    const { private_key: privateKey } = made as { private_key: string };
    const shared = { calendar: calendar.owner, with: clientEmail, role: 'reader' };
    await control('google_calendar', 'POST', 'share', shared, origin);
    calendar.connection.credentials = { clientEmail, privateKey };
    // The first lines are the same in every key.
    const own = privateKey
      .split('\n')
      .filter((line) => /^[\w+/]{64}$/.test(line))
      .slice(2, 5);
    const event = {
      summary: 'Planning',
      start: { dateTime: `${day(1)}T09:00:00Z` },
      end: { dateTime: `${day(1)}T10:00:00Z` },
    };
    return plantedCalendar(cloud, calendar, event, [robot, ...own]);
  },
  microsoft_outlook: async (cloud) => {
    const mailbox = await anOutlookMailbox(cloud.standins['microsoft_outlook']);
    const clientSecret = awkwardSecret('outlook');
    const origin = cloud.standins['microsoft_outlook'];
    const { clientId: id = '', tenantId = '' } = mailbox.connection.settings;
    const client = { id, secret: clientSecret, details: { tenants: { [tenantId]: ['Calendars.Read'] } } };
    await control('microsoft_outlook', 'POST', 'oauth/clients', client, origin);
    mailbox.connection.credentials = { clientSecret };
    const event = {
      subject: 'Planning',
      start: { dateTime: `${day(1)}T09:00:00`, timeZone: 'UTC' },
      end: { dateTime: `${day(1)}T10:00:00`, timeZone: 'UTC' },
    };
    return plantedCalendar(cloud, mailbox, event, [clientSecret]);
  },
};
