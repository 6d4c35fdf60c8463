import { notFound } from '../errors/error.ts';
import { type Caller, type Owner, ownerFor } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import type { LinkRecord } from '../model/link.ts';
import { findIntegration, readIntegration } from '../store/integrations.ts';
import { findLink, linksByExternal, linksOfEntity } from '../store/links.ts';
import { type LinkAddress, parseLinkId } from './id.ts';
import { type LinkOutput, linkViews } from './view.ts';

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

/** By entity, or by what is linked to; newest first, only what the caller may see. */
export const listLinksFor = async (caller: Caller, filter: Filter): Promise<LinkOutput[]> => {
  if ('entityType' in filter) {
    const links = await linksOfEntity(caller, { type: filter.entityType, id: filter.entityId });
    return (await linkViews(caller, links)).slice(0, mostListed);
  }
  const { integrationId, externalType, externalId } = filter;
  const { owner } = await readIntegration(caller, integrationId);
  const links = await linksByExternal(owner, integrationId, externalType, externalId);
  return (await linkViews(caller, links)).slice(0, mostListed);
};
