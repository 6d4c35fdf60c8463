import { EntityType } from '../contract/shapes.ts';
import type { EntityTypeName, ExternalTypeName, ManagerosEntity } from '../model/link.ts';
import { digest } from '../store/keys.ts';

/** What a link's id says: where it is stored. The hash holds the integration's random id, so it cannot be guessed. */
export type LinkAddress = {
  scope: 'organization' | 'user';
  entityType: EntityTypeName;
  entityId: string;
  hash: string;
};

export const hashOf = (integrationId: string, type: ExternalTypeName, externalId: string): string =>
  digest(integrationId, type, externalId);

export const linkId = (scope: 'organization' | 'user', entity: ManagerosEntity, hash: string): string =>
  `lnk_${Buffer.from([scope[0], entity.type, entity.id, hash].join(' ')).toString('base64url')}`;

/** The address an id speaks of, null where it is no such id. */
export const parseLinkId = (id: string): LinkAddress | null => {
  const text = /^lnk_([A-Za-z0-9_-]{20,280})$/.exec(id)?.[1] ?? '';
  const address = Buffer.from(text, 'base64url');
  // The decoder drops what is left over at the end: one link must not have several ids.
  if (address.toString('base64url') !== text) return null;
  const parts = /^([ou]) ([A-Za-z]+) ([A-Za-z0-9._:@|+=~-]{1,64}) ([A-Za-z0-9_-]{27})$/.exec(
    address.toString('utf8'),
  );
  const [, scope, type, entityId = '', hash = ''] = parts ?? [];
  const entityType = EntityType.options.find((option) => option === type);
  if (!scope || !entityType) return null;
  return { scope: scope === 'o' ? 'organization' : 'user', entityType, entityId, hash };
};
