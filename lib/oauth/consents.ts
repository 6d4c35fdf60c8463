import { isoNow } from '../config/clock.ts';
import { type Caller, type Owner, organizationOf, selfOf } from '../model/caller.ts';
import type { IntegrationRecord, ScopeName, TokenState } from '../model/integration.ts';
import { notEndedSince } from '../store/accounts.ts';
import { keys } from '../store/keys.ts';
import { queryAll, type Write } from '../store/table.ts';

/** Who consented to what, when; kept beside the integration it was given for. */
export type ConsentRecord = {
  id: string;
  provider: string;
  scope: ScopeName;
  userId: string;
  at: string;
  scopes: string[];
  account: string | null;
};

/**
 * What a consent leaves behind: its record, and an entry in the directory of accounts; nothing without one.
 * `askedAt` is when its tokens were asked for, where ending others of the account would end them too; else null.
 */
export const consentWrites = (
  owner: Owner,
  userId: string,
  integration: IntegrationRecord,
  app: TokenState['app'],
  askedAt: number | null,
): Write[] => {
  if (!app) return [];
  const { id, provider, scope, grantedScopes, account, tenant } = integration;
  const consent: ConsentRecord = {
    id,
    provider,
    scope,
    userId,
    at: isoNow(),
    scopes: grantedScopes ?? [],
    account: account?.email ?? account?.name ?? null,
  };
  const address = [provider, app.clientId, tenant, account?.id ?? ''] as const;
  return [
    { put: { ...keys.consent(owner, id), ...consent } },
    { put: { ...keys.account(...address, id), ...owner } },
    ...(askedAt === null ? [] : [notEndedSince(address, askedAt)]),
  ];
};

/** One's own, and for admins the organisation's; newest first. */
export const listConsentsFor = async (caller: Caller): Promise<ConsentRecord[]> => {
  const owners = [selfOf(caller), ...(caller.role === 'admin' ? [organizationOf(caller)] : [])];
  const lists = await Promise.all(owners.map((owner) => queryAll<ConsentRecord>(keys.consentsOf(owner))));
  return lists.flat().toSorted((a, b) => (a.at < b.at ? 1 : -1));
};
