import type * as z from 'zod/mini';
import { isoNow } from '../config/clock.ts';
import type { createLink } from '../contract/operations/links.ts';
import { hasCode, invalidField, notFound } from '../errors/error.ts';
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

/** As much of the metadata as a link keeps: the largest parts are left out first, a time never for many attendees. */
const bounded = (metadata: Record<string, unknown>): Record<string, unknown> => {
  const sizes = Object.entries(metadata).map(([name, value]) => ({
    name,
    size: JSON.stringify([name, value]).length,
  }));
  let room = mostMetadata;
  const kept = new Set<string>();
  for (const { name, size } of sizes.toSorted((a, b) => a.size - b.size)) {
    room -= size;
    if (room >= 0) kept.add(name);
  }
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => kept.has(name)));
};

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
  metadata: bounded(metadata),
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

/** What a link is made between; `call` as in `Request`. */
type Wanted = { entity: ManagerosEntity; integrationId: string; call: string | null };

/** The link as it stands, if its integration still does; to the call that made it, as made. */
const standing = async (
  owner: Owner,
  { entity, integrationId, call }: Wanted,
  item: { type: ExternalItem['type']; id: string },
): Promise<Made | null> => {
  const hash = hashOf(integrationId, item.type, item.id);
  const found = await findLink(owner, { entityType: entity.type, entityId: entity.id, hash });
  const integration = found && (await findIntegration(owner, integrationId));
  if (!integration) return null;
  const link = linkView(found, integration);
  return call !== null && found.call === call ? { created: { link } } : { existing: { link } };
};

/**
 * Stores a link to what the provider sent, in one transaction with its event and on condition that the
 * integration still stands. The same link made by somebody at the same moment is the one that counts.
 */
export const storeLink = async (
  caller: Caller,
  owner: Owner,
  wanted: Wanted,
  provider: string,
  item: ExternalItem,
): Promise<Made> => {
  const { entity, integrationId, call } = wanted;
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
    call,
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
    const stands = hasCode(error, 'conflict') ? await standing(owner, wanted, item) : null;
    if (!stands) throw error;
    return stands;
  }
  const integration = await findIntegration(owner, integrationId);
  if (!integration) throw notFound('The integration');
  return { created: { link: linkView(link, integration) } };
};

/** Links to what the provider says the external entity is, not to what the client says. */
export const makeLink = async (caller: Caller, body: Body, call: string | null): Promise<Made> => {
  const { entity, integrationId, external } = body;
  const wanted = { entity, integrationId, call };
  const usable = await readUsable(caller, integrationId);
  checkLinkable(usable, body);
  const already = await standing(usable.owner, wanted, external);
  if (already) return already;

  await countProviderCall(caller, integrationId);
  const item = await inSession(usable, ({ adapter, session }) =>
    adapter.read(session, external.type, external.id),
  );
  if (!item) throw notFound(`The ${external.type}`);
  return storeLink(caller, usable.owner, wanted, usable.manifest.id, item);
};
