import type { Call, Fault } from '../../infra/local/standins/standin.ts';
import { type Caller, caller, newId, type Reply } from '../support/api.ts';
import { aGoogleCalendar, anOutlookMailbox, type Calendar } from '../support/calendars.ts';
import type { Cloud } from '../support/cloud.ts';
import { awkwardSecret, plantedSecret } from '../support/secrets.ts';
import { aGithubAccount, aJiraSite, connected, control } from '../support/standins.ts';

/** An integration whose every credential is planted, with all the calls that take the credentials to the provider. */
export type Planted = {
  provider: string;
  caller: Caller;
  integrationId: string;
  connection: { settings?: Record<string, string>; credentials: Record<string, string> };
  /** All that must never be seen. */
  secrets: readonly string[];
  /** What a careless provider would send back: the secret and the header it came in. */
  echo: string;
  holderCalls: readonly (() => Promise<Reply>)[];
  rename: (name: string) => Promise<Reply>;
  /** What happens to the next call of the provider. */
  fault: (act: Fault['act']) => Promise<void>;
  /** Whether it happened. */
  met: () => Promise<boolean>;
  /** Forgets faults and makes the integration usable again. */
  mend: () => Promise<void>;
};

const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
const range = { from: day(-30), to: day(0) };

/** What the calls of a planted integration are about. */
type Subject = {
  auth: string;
  external: { type: string; id: string };
  /** What it may be linked to. */
  entityType: string;
  /** An address by which persons are found; null where there are none. */
  email: string | null;
  /** A path of the provider's API that is called with the secret itself; null where none is. */
  path: string | null;
  match: Fault['match'];
  always?: Fault[];
};

const planted = async (
  { standins }: Cloud,
  provider: string,
  holder: Caller,
  connection: Planted['connection'],
  { auth, external, entityType, email, path, match, always = [] }: Subject,
) => {
  const script = async (faults: Fault[]): Promise<void> => {
    await control(provider, 'DELETE', 'faults', undefined, standins[provider]);
    await control(provider, 'POST', 'faults', faults, standins[provider]);
  };
  await script(always);
  const { id } = await connected(holder, provider, connection, 'organization', { auth });
  const link = (entityId: string) =>
    holder.post('/links', { entity: { type: entityType, id: entityId }, integrationId: id, external });
  const person = newId('person');
  const { body } = await link(person);
  const version = async (): Promise<number> =>
    (await holder.get(`/integrations/${id}`)).body.integration.version;
  const again = { provider, scope: 'user', auth, ...connection };
  let asked = 31;
  const candidate = () => ({ entity: { type: 'Person', id: newId('person') }, email });
  const aboutPersons = [
    () => holder.post('/links/bulk', { integrationId: id, candidates: [candidate(), candidate()] }),
    () => holder.get(`/persons/${person}/activity?from=${range.from}&to=${range.to}&refresh=true`),
    // Another range each time, because an answer is kept for a while.
    () => {
      asked += 1;
      return holder.post('/activity', { personIds: [person], from: day(-asked), to: range.to });
    },
  ];
  const proxied = (named: string) => [
    () => holder.get(`/integrations/${id}/proxy/${named}`),
    () => holder.post(`/integrations/${id}/proxy/${named}`, { a: 1 }),
  ];
  const aboutEvents = [() => holder.post('/calendar/import', { integrationId: id, externalId: external.id })];
  const entity = `type=${external.type}&externalId=${encodeURIComponent(external.id)}`;
  return {
    provider,
    caller: holder,
    integrationId: id as string,
    connection,
    rename: async (name: string) => holder.patch(`/integrations/${id}`, { name, version: await version() }),
    fault: async (act: Fault['act']) => {
      await script([{ match, times: 1, act }, ...always]);
      await control(provider, 'DELETE', 'calls', undefined, standins[provider]);
    },
    met: async () => {
      const { calls } = await control<{ calls: Call[] }>(
        provider,
        'GET',
        'calls',
        undefined,
        standins[provider],
      );
      return calls.length > 0;
    },
    mend: async () => {
      await script(always);
      const { body: tested } = await holder.post(`/integrations/${id}/test`);
      if (tested.ok !== true) throw new Error(`mend: ${JSON.stringify(tested)}`);
    },
    holderCalls: [
      () => holder.post('/integrations/test', again),
      async () => {
        const reply = await holder.post('/integrations/connect', again);
        if (reply.status === 201) await holder.delete(`/integrations/${reply.body.integration.id}`);
        return reply;
      },
      async () =>
        holder.patch(`/integrations/${id}`, {
          version: await version(),
          credentials: connection.credentials,
        }),
      () => holder.post(`/integrations/${id}/reconnect`, { auth, ...connection }),
      () => holder.post(`/integrations/${id}/test`),
      () => holder.post(`/integrations/${id}/search`, { query: 'ada' }),
      () => holder.get(`/integrations/${id}/entity?${entity}`),
      ...(path === null ? [] : proxied(path)),
      () => link(newId('person')),
      () => holder.post(`/links/${body.link.id}/refresh`),
      ...(email === null ? aboutEvents : aboutPersons),
    ],
  };
};

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
      .slice(2);
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
