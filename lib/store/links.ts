import type { Caller, Owner } from '../model/caller.ts';
import { organizationOf, selfOf } from '../model/caller.ts';
import type { LinkRecord, ManagerosEntity } from '../model/link.ts';
import { keys } from './keys.ts';
import { get, query, queryAll, queryBy, type Write } from './table.ts';

/** A link stands in its integration's partition under its entity; the index `by` finds it from the other end. */

type Address = { entityType: string; entityId: string; hash: string };

export const findLink = (owner: Owner, { entityType, entityId, hash }: Address): Promise<LinkRecord | null> =>
  get<LinkRecord>(keys.link(owner, entityType, entityId, hash));

/** The organisation's and the caller's own links of an entity. */
export const linksOfEntity = async (caller: Caller, { type, id }: ManagerosEntity): Promise<LinkRecord[]> => {
  const owners = [organizationOf(caller), selfOf(caller)];
  const lists = await Promise.all(
    owners.map((owner) => queryAll<LinkRecord>(keys.linksOfEntity(owner, type, id))),
  );
  return lists.flat();
};

export const linksByExternal = async (
  owner: Owner,
  integrationId: string,
  type: string,
  externalId: string,
): Promise<LinkRecord[]> =>
  (await queryBy<LinkRecord>(keys.linkByExternal(owner, integrationId, type, externalId))).items;

export const insertLink = (owner: Owner, hash: string, link: LinkRecord): Write => ({
  put: {
    ...keys.link(owner, link.entityType, link.entityId, hash),
    ...keys.linkByExternal(owner, link.integrationId, link.external.type, link.external.id),
    ...link,
  },
  when: [['pk', 'absent']],
});

export const changeLink = (
  owner: Owner,
  { entityType, entityId, hash }: Address,
  set: Partial<LinkRecord>,
): Write => ({
  update: keys.link(owner, entityType, entityId, hash),
  set,
  when: [['pk', 'exists']],
});

export const deleteLink = (owner: Owner, { entityType, entityId, hash }: Address): Write => ({
  delete: keys.link(owner, entityType, entityId, hash),
  when: [['pk', 'exists']],
});

/** One page of everything an owner has linked, for purges; `next` goes on. */
export const pageOfLinks = (owner: Owner, after: string | null) =>
  query<LinkRecord & { pk: string; sk: string }>({ ...keys.linksOf(owner), after, limit: 200 });
