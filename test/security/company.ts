import { type Caller, caller, newId } from '../support/api.ts';
import type { Cloud } from '../support/cloud.ts';
import {
  aGithubAccount,
  aJiraSite,
  connected,
  type GithubAccount,
  type JiraSite,
} from '../support/standins.ts';

/** One integration with a link on it, and all that a call about them needs. */
export type Subject = {
  scope: 'organization' | 'user';
  provider: string;
  integrationId: string;
  version: number;
  linkId: string;
  entity: { type: 'Person'; id: string };
  external: { type: 'person'; id: string };
  /** An address of somebody at the provider. */
  email: string;
  /** A path of the provider's API. */
  path: string;
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
  site: JiraSite;
  account: GithubAccount;
};

const linked = async (holder: Caller, integrationId: string, externalId: string, personId: string) => {
  const entity = { type: 'Person', id: personId } as const;
  const external = { type: 'person', id: externalId } as const;
  const reply = await holder.post('/links', { entity, integrationId, external });
  if (reply.status !== 201) throw new Error(`link: ${reply.status} ${reply.text}`);
  return { entity, external, linkId: reply.body.link.id as string };
};

export const aCompany = async (cloud: Cloud): Promise<Company> => {
  const { jira, github } = cloud.standins;
  const admin = caller({}, cloud.url);
  const { organizationId } = admin;
  const personId = newId('person');
  const member = caller({ organizationId, role: 'member', personId }, cloud.url);
  const email = `${newId('ada')}@acme.example`;

  const site = await aJiraSite({ users: [{ displayName: newId('Ada'), email }] }, jira);
  const { users } = await site.control<{ users: { accountId: string; displayName: string }[] }>('GET', '');
  const ada = users[1] ?? { accountId: '', displayName: '' };
  const shared = await connected(admin, 'jira', site.connection, 'organization', { name: newId('Shared') });
  const link = await linked(admin, shared.id, ada.accountId, newId('person'));

  const account = await aGithubAccount(
    { name: newId('Own'), email: `${newId('own')}@acme.example` },
    [],
    github,
  );
  const own = await connected(member, 'github', account.connection, 'user', { name: newId('Private') });
  const ownLink = await linked(member, own.id, account.login, personId);

  const spare = await aJiraSite({}, jira);
  return {
    admin,
    member,
    colleague: caller({ organizationId, role: 'member' }, cloud.url),
    stranger: caller({}, cloud.url),
    organization: {
      scope: 'organization',
      provider: 'jira',
      integrationId: shared.id,
      version: shared.version,
      ...link,
      email,
      path: 'rest/api/3/myself',
      holder: admin,
      marks: [shared.id, shared.name, link.linkId, ada.accountId, ada.displayName, site.host],
    },
    personal: {
      scope: 'user',
      provider: 'github',
      integrationId: own.id,
      version: own.version,
      ...ownLink,
      email: `${account.login}@acme.example`,
      path: 'user',
      holder: member,
      marks: [own.id, own.name, ownLink.linkId, account.login],
    },
    spare,
    site,
    account,
  };
};

export const subjects = ['organization', 'personal'] as const;

/** The same company with both integrations disabled. */
export const aCompanyAtRest = async (cloud: Cloud): Promise<Company> => {
  const company = await aCompany(cloud);
  for (const name of subjects) {
    const { holder, integrationId, version } = company[name];
    const reply = await holder.patch(`/integrations/${integrationId}`, { enabled: false, version });
    if (reply.status !== 200) throw new Error(`disable: ${reply.status} ${reply.text}`);
    company[name] = { ...company[name], version: reply.body.integration.version };
  }
  return company;
};

/** The same company after both integrations were deleted, with everything purged that hung on them. */
export const aCompanyDisconnected = async (cloud: Cloud): Promise<Company> => {
  const company = await aCompany(cloud);
  for (const name of subjects) {
    const { holder, integrationId } = company[name];
    const reply = await holder.delete(`/integrations/${integrationId}`);
    if (reply.status !== 204) throw new Error(`delete: ${reply.status} ${reply.text}`);
  }
  return company;
};
