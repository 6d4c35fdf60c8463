import type * as z from 'zod/mini';
import { manifestOf } from '../connectors/registry.ts';
import type { IntegrationSummary } from '../contract/shapes.ts';
import type { Caller } from '../model/caller.ts';
import type { IntegrationOutput, IntegrationRecord } from '../model/integration.ts';
import { healthOf } from './health.ts';
import { isHolder } from './read.ts';

/** What every member may know of the organisation's integration. */
const summaryOf = async (record: IntegrationRecord): Promise<z.input<typeof IntegrationSummary>> => {
  const { entities } = await manifestOf(record.provider);
  const { id, provider, name, scope, enabled, state } = record;
  return {
    id,
    provider,
    name,
    scope,
    status: enabled ? state : 'disabled',
    enabled,
    entities: entities.map(({ type, searchable, linkableTo }) => ({
      type,
      searchable,
      linkableTo: [...linkableTo],
    })),
  };
};

/** What its holder sees; of secrets only whether and when they were set. */
export const holderView = async (record: IntegrationRecord): Promise<IntegrationOutput> => {
  const { auth, account, settings, secrets, grantedScopes, lastTestedAt, lastSyncAt, version } = record;
  const { createdAt, updatedAt, createdBy } = record;
  return {
    ...(await summaryOf(record)),
    auth,
    account,
    settings,
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([field, at]) => [field, { set: true, updatedAt: at }]),
    ),
    grantedScopes,
    health: { state: healthOf(record) },
    lastTestedAt,
    lastSyncAt,
    version,
    createdAt,
    updatedAt,
    createdBy,
  };
};

export const viewFor = (caller: Caller, record: IntegrationRecord) =>
  isHolder(caller, record) ? holderView(record) : summaryOf(record);
