import { AppError, notFound } from '../errors/error.ts';
import { type Caller, type Owner, organizationOf, selfOf } from '../model/caller.ts';
import type { CredentialRecord, IntegrationRecord } from '../model/integration.ts';
import { keys, ownerOfIntegration } from './keys.ts';
import { get, queryAll, type Write } from './table.ts';

/** An integration is two items: what is shown, and what a use reads. Further items keep names and accounts unique. */

export const findIntegration = (owner: Owner, id: string): Promise<IntegrationRecord | null> =>
  get<IntegrationRecord>(keys.integration(owner, id));

/** Null also for one that is being deleted. */
export const findCredential = async (owner: Owner, id: string): Promise<CredentialRecord | null> => {
  const credential = await get<CredentialRecord>(keys.credential(owner, id));
  return credential?.state === 'deleting' ? null : credential;
};

export const listIntegrations = (owner: Owner): Promise<IntegrationRecord[]> =>
  queryAll<IntegrationRecord>(keys.integrationsOf(owner));

/** The organisation's and the caller's own, in two queries. */
export const listUsable = async (caller: Caller): Promise<IntegrationRecord[]> => {
  const lists = await Promise.all([organizationOf(caller), selfOf(caller)].map(listIntegrations));
  return lists.flat();
};

/** The caller's view of an id: whose it would be and what stands there; absent, foreign and malformed are one. */
export const readIntegration = async (
  caller: Caller,
  id: string,
): Promise<{ owner: Owner; integration: IntegrationRecord }> => {
  const owner = ownerOfIntegration(caller, id);
  const integration = owner && (await findIntegration(owner, id));
  if (!integration) throw notFound('The integration');
  return { owner, integration };
};

export const ownerOf = (caller: { organizationId: string; userId: string }, id: string): Owner => {
  const owner = ownerOfIntegration(caller, id);
  if (!owner) throw notFound('The integration');
  return owner;
};

const taken = (name: string) => () =>
  new AppError('conflict', `There is another integration named “${name}”.`, {
    errors: [{ path: 'name', message: 'is taken' }],
  });

/** Whether that was what stood in the way. */
export const isNameTaken = (error: unknown): boolean =>
  error instanceof AppError && error.errors.some(({ path }) => path === 'name');

export const alreadyConnected = () => new AppError('already_connected', 'This account is connected already.');

const gone = () => notFound('The integration');

export const stale = () =>
  new AppError('stale_version', 'It was changed meanwhile: read it again and repeat the change.');

/** What keeps an integration's name, account and kind its own. */
export const reserve = {
  name: (owner: Owner, { provider, name, id }: IntegrationRecord): Write => ({
    put: { ...keys.name(owner, provider, name), id },
    when: [['pk', 'absent']],
    otherwise: taken(name),
  }),
  upstream: (owner: Owner, { provider, tenant, account, id }: IntegrationRecord): Write => ({
    put: { ...keys.upstream(owner, provider, tenant, account?.id ?? ''), id },
    when: [['pk', 'absent']],
    otherwise: alreadyConnected,
  }),
  only: (owner: Owner, { provider, id }: IntegrationRecord): Write => ({
    put: { ...keys.onlyOne(owner, provider), id },
    when: [['pk', 'absent']],
    otherwise: alreadyConnected,
  }),
};

export const release = {
  name: (owner: Owner, { provider, name }: IntegrationRecord): Write => ({
    delete: keys.name(owner, provider, name),
  }),
  upstream: (owner: Owner, { provider, tenant, account }: IntegrationRecord): Write[] =>
    account ? [{ delete: keys.upstream(owner, provider, tenant, account.id) }] : [],
};

export const insertWrites = (
  owner: Owner,
  integration: IntegrationRecord,
  credential: CredentialRecord,
  multiple: boolean,
): Write[] => [
  { put: { ...keys.integration(owner, integration.id), ...integration }, when: [['pk', 'absent']] },
  { put: { ...keys.credential(owner, integration.id), ...credential }, when: [['pk', 'absent']] },
  reserve.name(owner, integration),
  reserve.upstream(owner, integration),
  ...(multiple ? [] : [reserve.only(owner, integration)]),
];

/**
 * Writes what differs, if nobody changed it since `seen` was read; what changes by itself, such as health,
 * is left alone unless it is named in `always`.
 */
export const changeWrite = (
  owner: Owner,
  seen: IntegrationRecord,
  next: IntegrationRecord,
  always: readonly (keyof IntegrationRecord)[] = [],
): Write => {
  const before: Record<string, unknown> = seen;
  const kept = new Set<string>(always);
  const changed = Object.entries(next).filter(([key, value]) => kept.has(key) || value !== before[key]);
  return {
    update: keys.integration(owner, seen.id),
    set: Object.fromEntries(changed),
    when: [['version', '=', seen.version]],
    otherwise: stale,
  };
};

/** A change of what a use reads, as long as the integration is not being deleted. */
export const credentialWrite = (owner: Owner, id: string, set: Partial<CredentialRecord>): Write => ({
  update: keys.credential(owner, id),
  set,
  when: [
    ['pk', 'exists'],
    ['state', '<>', 'deleting'],
  ],
  otherwise: gone,
});

/** Of the very version that was read: what it reserves is released along with it. */
export const deleteWrites = (owner: Owner, integration: IntegrationRecord, multiple: boolean): Write[] => [
  { delete: keys.integration(owner, integration.id), when: [['version', '=', integration.version]] },
  {
    update: keys.credential(owner, integration.id),
    set: { state: 'deleting' },
    when: [['state', '<>', 'deleting']],
    otherwise: gone,
  },
  release.name(owner, integration),
  ...release.upstream(owner, integration),
  ...(multiple ? [] : [{ delete: keys.onlyOne(owner, integration.provider) }]),
];

/** For transactions that must not outlive the integration: it stands, and may be used. */
export const standsWrite = (owner: Owner, id: string): Write => ({
  check: keys.integration(owner, id),
  when: [['pk', 'exists']],
  otherwise: gone,
});
