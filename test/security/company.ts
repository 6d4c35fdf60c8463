import { type Caller, caller, newId } from '../support/api.ts';
import type { Cloud } from '../support/cloud.ts';
import { begin, beginAgain, consent, wentThrough } from '../support/consent.ts';
import { plantedSecret } from '../support/secrets.ts';
import {
  aGithubAccount,
  aJiraSite,
  connected,
  type GithubAccount,
  type JiraSite,
} from '../support/standins.ts';
import { plant } from '../support/table.ts';

/** One integration with a link on it, a calendar beside it, and all that a call about them needs. */
export type Subject = {
  scope: 'organization' | 'user';
  provider: string;
  integrationId: string;
  version: number;
  linkId: string;
  /** A sync of it. */
  syncId: string;
  /** Background work for it that failed for good. */
  failureId: string;
  entity: { type: 'Person'; id: string };
  external: { type: 'person'; id: string };
  /** An address of somebody at the provider. */
  email: string;
  /** A path of the provider's API. */
  path: string;
  /** What connects it again. */
  connection: { settings?: Record<string, string>; credentials: Record<string, string> };
  /** A calendar that the holder consented to, and an event in it. */
  calendar: { integrationId: string; version: number; eventId: string };
  /** A consent for that calendar that only its holder may complete. */
  attempt: { id: string; ticket: string };
  /** Who may administer it. */
  holder: Caller;
  /** Texts that only those may read who may see this integration. */
  marks: readonly string[];
};

export type Company = {
  admin: Caller;
  member: Caller;
  /** Another member. */
  colleague: Caller;
  /** Admin of another organisation. */
  stranger: Caller;
  /** A Jira that the admin connected for all, with a link the admin made. */
  organization: Subject;
  /** A GitHub that the member connected for themself, with a link of the person they are. */
  personal: Subject;
  /** A Jira that nobody connected yet. */
  spare: JiraSite;
  /** What a provider's answer to a consent that was begun says. */
  answer: { state: string; code: string };
  site: JiraSite;
  account: GithubAccount;
};

export const linked = async (holder: Caller, integrationId: string, externalId: string, personId: string) => {
  const entity = { type: 'Person', id: personId } as const;
  const external = { type: 'person', id: externalId } as const;
  const reply = await holder.post('/links', { entity, integrationId, external });
  if (reply.status !== 201) throw new Error(`link: ${reply.status} ${reply.text}`);
  return { entity, external, linkId: reply.body.link.id as string };
};

const ada = { user: 'ada@acme.example' };

/** Ada's calendar, and a consent for it that is not completed. */
const withCalendar = async (holder: Caller, scope: Subject['scope']) => {
  const { id, version } = await consent(holder, { provider: 'google_calendar', scope, ...ada });
  const { attempt, ticket } = await wentThrough(await beginAgain(holder, id), ada);
  return {
    calendar: { integrationId: id as string, version: version as number, eventId: 'acmeroadmap' },
    attempt: { id: attempt, ticket },
  };
};

const syncOf = async (holder: Caller, integrationId: string): Promise<string> => {
  const reply = await holder.post(`/integrations/${integrationId}/sync`);
  if (reply.status !== 202) throw new Error(`sync: ${reply.status} ${reply.text}`);
  return reply.body.sync.id as string;
};

export const failureOf = async (
  cloud: Pick<Cloud, 'database'>,
  { organizationId, userId: user }: Caller,
  integrationId: string,
  scope: Subject['scope'],
): Promise<string> => {
  const id = newId('failure');
  const userId = scope === 'user' ? user : null;
  await plant(cloud, {
    ...{ pk: `ORG#${organizationId}`, sk: `FAILED#${id}`, id, job: 'sync', userId, integrationId },
    ...{ code: 'internal', failedAt: new Date().toISOString() },
    payload: { organizationId, userId, integrationId, syncId: 'none' },
  });
  return id;
};

/** An organisation's own OAuth app. */
const withApp = async (admin: Caller, clientId: string): Promise<void> => {
  const reply = await admin.put('/providers/github/app', { clientId, clientSecret: plantedSecret('app') });
  if (reply.status !== 200) throw new Error(`app: ${reply.status} ${reply.text}`);
};

const answerTo = async (admin: Caller): Promise<Company['answer']> => {
  const { authorizationUrl } = await begin(admin, 'microsoft_outlook');
  return { state: new URL(authorizationUrl).searchParams.get('state') ?? '', code: plantedSecret('code') };
};

export const subjects = ['organization', 'personal'] as const;

export const aCompany = async (cloud: Pick<Cloud, 'url' | 'standins' | 'database'>): Promise<Company> => {
  const { jira, github } = cloud.standins;
  const admin = caller({}, cloud.url);
  const stranger = caller({}, cloud.url);
  const clientId = newId('client');
  await withApp(admin, clientId);
  await withApp(stranger, newId('client'));
  const { organizationId } = admin;
  const personId = newId('person');
  const member = caller({ organizationId, role: 'member', personId }, cloud.url);
  const email = `${newId('ada')}@acme.example`;

  const site = await aJiraSite({ users: [{ displayName: newId('Ada'), email }] }, jira);
  const { users } = await site.control<{ users: { accountId: string; displayName: string }[] }>('GET', '');
  const person = users[1] ?? { accountId: '', displayName: '' };
  const shared = await connected(admin, 'jira', site.connection, 'organization', { name: newId('Shared') });
  const link = await linked(admin, shared.id, person.accountId, newId('person'));

  const account = await aGithubAccount(
    { name: newId('Own'), email: `${newId('own')}@acme.example` },
    [],
    github,
  );
  const own = await connected(member, 'github', account.connection, 'user', { name: newId('Private') });
  const ownLink = await linked(member, own.id, account.login, personId);

  const spare = await aJiraSite({}, jira);
  const organizations = await withCalendar(admin, 'organization');
  const members = await withCalendar(member, 'user');
  return {
    admin,
    member,
    colleague: caller({ organizationId, role: 'member' }, cloud.url),
    stranger,
    organization: {
      scope: 'organization',
      provider: 'jira',
      integrationId: shared.id,
      version: shared.version,
      syncId: await syncOf(admin, shared.id),
      failureId: await failureOf(cloud, admin, shared.id, 'organization'),
      ...link,
      email,
      path: 'rest/api/3/myself',
      connection: site.connection,
      ...organizations,
      holder: admin,
      marks: [
        ...[shared.id, shared.name, link.linkId, person.accountId, person.displayName, site.host],
        ...[organizations.calendar.integrationId, clientId],
      ],
    },
    personal: {
      scope: 'user',
      provider: 'github',
      integrationId: own.id,
      version: own.version,
      syncId: await syncOf(member, own.id),
      failureId: await failureOf(cloud, member, own.id, 'user'),
      ...ownLink,
      email: `${account.login}@acme.example`,
      path: 'user',
      connection: account.connection,
      ...members,
      holder: member,
      marks: [own.id, own.name, ownLink.linkId, account.login, members.calendar.integrationId],
    },
    spare,
    answer: await answerTo(admin),
    site,
    account,
  };
};

const disabled = async (holder: Caller, id: string, version: number): Promise<number> => {
  const reply = await holder.patch(`/integrations/${id}`, { enabled: false, version });
  if (reply.status !== 200) throw new Error(`disable: ${reply.status} ${reply.text}`);
  return reply.body.integration.version as number;
};

/** The same company with all integrations disabled. */
export const aCompanyAtRest = async (cloud: Cloud): Promise<Company> => {
  const company = await aCompany(cloud);
  for (const name of subjects) {
    const { holder, integrationId, version, calendar } = company[name];
    company[name] = {
      ...company[name],
      version: await disabled(holder, integrationId, version),
      calendar: {
        ...calendar,
        version: await disabled(holder, calendar.integrationId, calendar.version),
      },
    };
  }
  return company;
};

/** The same company after all integrations were deleted, with everything purged that hung on them. */
export const aCompanyDisconnected = async (cloud: Cloud): Promise<Company> => {
  const company = await aCompany(cloud);
  for (const name of subjects) {
    const { holder, integrationId, calendar } = company[name];
    for (const id of [integrationId, calendar.integrationId]) {
      const reply = await holder.delete(`/integrations/${id}`);
      if (reply.status !== 204) throw new Error(`delete: ${reply.status} ${reply.text}`);
    }
  }
  return company;
};
