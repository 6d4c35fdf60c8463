import { notFound } from '../errors/error.ts';
import { mayBeOld } from '../integrations/health.ts';
import { type Caller, type Owner, ownerFor } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import type { LinkRecord } from '../model/link.ts';
import { findIntegration, readIntegration } from '../store/integrations.ts';
import { findLink, linksByExternal, linksOfEntity } from '../store/links.ts';
import { type LinkAddress, parseLinkId } from './id.ts';
import { hanging, type LinkOutput, linkView } from './view.ts';

export type StandingLink = {
  owner: Owner;
  address: LinkAddress;
  link: LinkRecord;
  integration: IntegrationRecord;
};

/** A link the caller may see, with its integration; anything else is 404. */
export const readLink = async (caller: Caller, id: string): Promise<StandingLink> => {
  const address = parseLinkId(id);
  const owner = address && ownerFor(caller, address.scope);
  const link = owner && (await findLink(owner, address));
  const integration = link && (await findIntegration(owner, link.integrationId));
  if (!integration) throw notFound('The link');
  return { owner, address, link, integration };
};

const mostListed = 200;

type Filter =
  | { entityType: LinkAddress['entityType']; entityId: string }
  | { integrationId: string; externalType: LinkRecord['external']['type']; externalId: string };

const linksFor = async (caller: Caller, filter: Filter): Promise<LinkRecord[]> => {
  if ('entityType' in filter) return linksOfEntity(caller, { type: filter.entityType, id: filter.entityId });
  const { integrationId, externalType, externalId } = filter;
  const { owner } = await readIntegration(caller, integrationId);
  return linksByExternal(owner, integrationId, externalType, externalId);
};

/** By entity, or by what is linked to; newest first, only what the caller may see, also while a provider is down. */
export const listLinksFor = async (
  caller: Caller,
  filter: Filter,
): Promise<{ links: LinkOutput[]; degraded: boolean }> => {
  const found = (await hanging(caller, await linksFor(caller, filter))).slice(0, mostListed);
  return {
    links: found.map(({ link, integration }) => linkView(link, integration)),
    degraded: found.some(({ integration }) => mayBeOld(integration)),
  };
};
