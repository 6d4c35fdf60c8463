import type * as z from 'zod/mini';
import { isoNow } from '../config/clock.ts';
import type { createLink } from '../contract/operations/links.ts';
import { AppError, invalidField, notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { countProviderCall } from '../integrations/limit.ts';
import { checkExternalId, entityFacts } from '../integrations/search.ts';
import { inSession, readUsable, requireScopes, type Usable } from '../integrations/use.ts';
import type { Caller, Owner } from '../model/caller.ts';
import { scopeOfIntegration } from '../model/ids.ts';
import type { ExternalItem, LinkRecord, ManagerosEntity } from '../model/link.ts';
import { findIntegration, standsWrite } from '../store/integrations.ts';
import { findLink, insertLink } from '../store/links.ts';
import { transact } from '../store/table.ts';
import { hashOf, linkId } from './id.ts';
import { type LinkOutput, linkView } from './view.ts';

type Body = z.output<typeof createLink.body>;
export type Made = { created: { link: LinkOutput } } | { existing: { link: LinkOutput } };

const mostMetadata = 8_192;

/** What a link keeps of an external entity, bounded. */
export const snapshot = ({
  type,
  id,
  title,
  email,
  url,
  metadata,
}: ExternalItem): LinkRecord['external'] => ({
  type,
  id,
  title,
  email: email ?? null,
  url: url ?? null,
  metadata: JSON.stringify(metadata).length > mostMetadata ? {} : metadata,
});

export const checkLinkable = (
  usable: Usable,
  { entity, external }: Pick<Body, 'entity' | 'external'>,
): void => {
  const facts = entityFacts(usable.manifest, external.type, 'external.type');
  if (!facts.linkableTo.includes(entity.type))
    throw invalidField('entity.type', `must be one of ${facts.linkableTo.join(', ')} for a ${facts.type}`);
  checkExternalId(facts, external.id, 'external.id');
  requireScopes(usable, facts);
};

/** The link as it stands, if its integration still does. */
const standing = async (
  owner: Owner,
  entity: ManagerosEntity,
  integrationId: string,
  item: { type: ExternalItem['type']; id: string },
) => {
  const hash = hashOf(integrationId, item.type, item.id);
  const link = await findLink(owner, { entityType: entity.type, entityId: entity.id, hash });
  const integration = link && (await findIntegration(owner, integrationId));
  return integration ? linkView(link, integration) : null;
};

/**
 * Stores a link to what the provider sent, in one transaction with its event and on condition that the
 * integration still stands. The same link made by somebody at the same moment is the one that counts.
 */
export const storeLink = async (
  caller: Caller,
  owner: Owner,
  { entity, integrationId }: Pick<Body, 'entity' | 'integrationId'>,
  provider: string,
  item: ExternalItem,
): Promise<Made> => {
  const hash = hashOf(integrationId, item.type, item.id);
  const link: LinkRecord = {
    id: linkId(scopeOfIntegration(integrationId) ?? 'organization', entity, hash),
    entityType: entity.type,
    entityId: entity.id,
    integrationId,
    external: snapshot(item),
    state: 'ok',
    createdAt: isoNow(),
    createdBy: caller.userId,
  };
  const event = eventWrites(owner, {
    actor: caller.userId,
    action: 'link.created',
    target: link.id,
    provider,
    outcome: 'ok',
    detail: { entity, external: { type: item.type, id: item.id }, integrationId },
  });
  try {
    await transact([standsWrite(owner, integrationId), insertLink(owner, hash, link), ...event]);
  } catch (error) {
    const stands =
      error instanceof AppError && error.code === 'conflict'
        ? await standing(owner, entity, integrationId, item)
        : null;
    if (!stands) throw error;
    return { existing: { link: stands } };
  }
  const integration = await findIntegration(owner, integrationId);
  if (!integration) throw notFound('The integration');
  return { created: { link: linkView(link, integration) } };
};

/** Links to what the provider says the external entity is, not to what the client says. */
export const makeLink = async (caller: Caller, body: Body): Promise<Made> => {
  const { entity, integrationId, external } = body;
  const usable = await readUsable(caller, integrationId);
  checkLinkable(usable, body);
  const already = await standing(usable.owner, entity, integrationId, external);
  if (already) return { existing: { link: already } };

  await countProviderCall(caller, integrationId);
  const item = await inSession(usable, ({ adapter, session }) =>
    adapter.read(session, external.type, external.id),
  );
  if (!item) throw notFound(`The ${external.type}`);
  return storeLink(caller, usable.owner, body, usable.manifest.id, item);
};
