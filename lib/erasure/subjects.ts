import { forgetDataKeys } from '../credentials/data-keys.ts';
import { purge } from '../integrations/purge.ts';
import type { Work } from '../jobs/handle.ts';
import { type Owner, organizationOf } from '../model/caller.ts';
import type { Subject } from '../model/erasure.ts';
import type { CredentialRecord } from '../model/integration.ts';
import type { LinkRecord, ManagerosEntity } from '../model/link.ts';
import { type Key, keys } from '../store/keys.ts';
import { query, queryAll, queryBy, removeAll, write } from '../store/table.ts';
import { OutOfTime, sweepOwner, sweepRange } from './sweep.ts';

/** What is erased of each kind of subject, and in which order; all of it may be done again from the start. */

const minute = 60_000;
/** Counters live ten minutes; DynamoDB may be an hour late in dropping them. */
const minutesOfCounters = 70;

/** `final`: what may still be left behind was waited for, so that who is in the directory may leave it. */
export type Pass = Work & { final: boolean };

/** Each member of an organisation in turn; `act` may take them off the directory. */
const eachMember = async (
  organizationId: string,
  { left }: Work,
  act: (userId: string) => Promise<void>,
): Promise<void> => {
  for (let after: string | null = null; ; ) {
    const page: { items: Key[]; next: string | null } = await query<Key>({
      ...keys.membersOf(organizationId),
      after,
      limit: 100,
    });
    for (const { sk } of page.items) {
      await act(sk);
      if (left() <= 0) throw new OutOfTime();
    }
    if (page.next === null) return;
    after = page.next;
  }
};

const leaveDirectory = async (organizationId: string, userId: string, { final }: Pass): Promise<void> => {
  if (!final) return;
  const { pk, sk } = keys.member(organizationId, userId);
  await write({ delete: { pk, sk } });
};

/**
 * The data keys go first: from then on nothing that was sealed can be opened, wherever a copy of it is.
 * Tokens are not ended at the providers, for that they would have to be opened.
 */
const eraseOrganization = async (organizationId: string, work: Pass): Promise<void> => {
  await sweepRange(keys.dataKeysOf(organizationId), work);
  forgetDataKeys(organizationId);
  await eachMember(organizationId, work, async (userId) => {
    await sweepOwner({ organizationId, userId }, work);
    await leaveDirectory(organizationId, userId, work);
  });
  await sweepOwner(organizationOf({ organizationId }), work);
  const newest = Math.floor(Date.now() / minute) + 1;
  await removeAll(
    Array.from({ length: minutesOfCounters }, (_, back) => keys.rate(organizationId, newest - back)),
  );
  await write({ delete: keys.organization(organizationId) });
};

/** A personal integration goes as if its owner deleted it: its tokens end at the provider first. */
const disconnect = async (owner: Owner, { id, state }: CredentialRecord, work: Work): Promise<void> => {
  if (state !== 'deleting')
    await write({
      update: keys.credential(owner, id),
      set: { state: 'deleting' },
      when: [['pk', 'exists']],
    });
  await write({ delete: keys.integration(owner, id) });
  await purge({ ...owner, integrationId: id, after: null }, work);
};

/** What a user left in the organisation's own partition; entries of the audit stay as long as their retention says. */
const traces = async ({ organizationId, userId }: Owner): Promise<Key[]> => {
  const ranges = [keys.ratingsOf, keys.adoptersOf, keys.actorsOf].map((of) => of(organizationId));
  const rows = await Promise.all(ranges.map((range) => queryAll<Key>(range)));
  return rows.flat().filter(({ sk }) => sk.endsWith(`#${userId}`));
};

const eraseMember = async (owner: Owner & { userId: string }, work: Pass): Promise<void> => {
  for (const credential of await queryAll<CredentialRecord>(keys.sealedOf(owner, 'CRED#'))) {
    await disconnect(owner, credential, work);
    if (work.left() <= 0) throw new OutOfTime();
  }
  await sweepOwner(owner, work);
  await sweepRange(keys.callsOf(owner.organizationId, owner.userId), work);
  await removeAll(await traces(owner));
  await leaveDirectory(owner.organizationId, owner.userId, work);
};

const eraseEverywhere = async (userId: string, work: Pass): Promise<void> => {
  for (let after: Record<string, unknown> | null = null; ; ) {
    const page: { items: { bySk: string }[]; next: Record<string, unknown> | null } = await queryBy<{
      bySk: string;
    }>({ ...keys.organizationsOf(userId), after });
    for (const { bySk: organizationId } of page.items) await eraseMember({ organizationId, userId }, work);
    if (page.next === null) return;
    after = page.next;
  }
};

/** Links of an entity, and what providers said of it: caches are dropped whole, for they are filled again. */
const eraseLinksOf = async (owner: Owner, { type, id }: ManagerosEntity, work: Work): Promise<void> => {
  const links = await queryAll<LinkRecord & Key>(keys.linksOfEntity(owner, type, id));
  for (const integrationId of new Set(links.map((link) => link.integrationId)))
    await sweepRange(keys.activityOf(owner, integrationId), work);
  await removeAll(links);
};

const eraseEntity = async (organizationId: string, entity: ManagerosEntity, work: Work): Promise<void> => {
  await eraseLinksOf(organizationOf({ organizationId }), entity, work);
  await eachMember(organizationId, work, (userId) => eraseLinksOf({ organizationId, userId }, entity, work));
};

export const eraseSubject = async (subject: Subject, work: Pass): Promise<void> => {
  if (subject.kind === 'organization') return eraseOrganization(subject.organizationId, work);
  if (subject.kind === 'entity') return eraseEntity(subject.organizationId, subject.entity, work);
  const { organizationId, userId } = subject;
  return organizationId === null
    ? eraseEverywhere(userId, work)
    : eraseMember({ organizationId, userId }, work);
};
