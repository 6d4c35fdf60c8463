import { forgetDataKeys } from '../credentials/data-keys.ts';
import { hasCode } from '../errors/error.ts';
import { countOnce, type DueEvent } from '../events/follow.ts';
import { leaveAdoptions } from '../insight/count.ts';
import { purge } from '../integrations/purge.ts';
import { removeIntegration } from '../integrations/remove.ts';
import type { Work } from '../jobs/handle.ts';
import { type Owner, organizationOf } from '../model/caller.ts';
import type { Subject } from '../model/erasure.ts';
import type { CredentialRecord, IntegrationRecord } from '../model/integration.ts';
import type { LinkRecord, ManagerosEntity } from '../model/link.ts';
import { listIntegrations } from '../store/integrations.ts';
import { type Key, keys } from '../store/keys.ts';
import { query, queryAll, queryBy, removeAll, write } from '../store/table.ts';
import { OutOfTime, sweepEvents, sweepOwner, sweepRange } from './sweep.ts';

/** What is erased of each kind of subject, and in which order; all of it may be done again from the start. */

const minute = 60_000;
/** Counters live ten minutes; DynamoDB may be an hour late in dropping them. */
const minutesOfCounters = 70;

/**
 * `final`: what may still be left behind was waited for, so that who is in the directory may leave it. What a
 * member who came back, or is at work still, makes after `until` (epoch ms) is not what was to be erased.
 */
export type Pass = Work & { final: boolean; until: number };

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
    await sweepEvents({ organizationId, userId }, work);
    await sweepOwner({ organizationId, userId }, work);
    await leaveDirectory(organizationId, userId, work);
  });
  // Once no event is left to be counted, nothing is adopted any more.
  await sweepEvents(organizationOf({ organizationId }), work);
  await leaveAdoptions(organizationId);
  await sweepOwner(organizationOf({ organizationId }), work);
  const newest = Math.floor(Date.now() / minute) + 1;
  await removeAll(
    Array.from({ length: minutesOfCounters }, (_, back) => keys.rate(organizationId, newest - back)),
  );
  await write({ delete: keys.organization(organizationId) });
};

/** A personal integration goes as if its owner deleted it: its tokens end at the provider first. */
const disconnect = async (owner: Owner, integration: IntegrationRecord): Promise<void> => {
  try {
    await removeIntegration(owner, 'system', integration);
  } catch (error) {
    // Its owner was faster.
    if (!hasCode(error, 'not_found')) throw error;
  }
};

/** What a user left in the organisation's own partition; entries of the audit stay as long as their retention says. */
const traces = async ({ organizationId, userId }: Owner): Promise<Key[]> => {
  const ranges = [keys.ratingsOf, keys.adoptersOf, keys.actorsOf, keys.failuresOf].map((of) =>
    of(organizationId),
  );
  const rows = await Promise.all(
    ranges.map((range) => queryAll<Key & { user?: string; userId?: string | null }>(range)),
  );
  return rows.flat().filter(({ user, userId: whose }) => (user ?? whose) === userId);
};

/** What a member did stays in the statistics of their organisation, also what nobody has counted yet. */
const counted = async (event: DueEvent): Promise<void> => {
  if (event.due !== undefined) await countOnce(event);
};

const isNewer =
  ({ until }: Pass) =>
  ({ createdAt }: { createdAt: string }): boolean =>
    Date.parse(createdAt) > until;

/** Who came back keeps what they have now: all that they had hangs on what is gone. */
const eraseMember = async (owner: Owner & { userId: string }, work: Pass): Promise<void> => {
  const newer = isNewer(work);
  // Before what they belong to: one whose integration is not found then was not made meanwhile.
  const credentials = await queryAll<CredentialRecord>(keys.sealedOf(owner, 'CRED#'));
  const [integrations, links] = await Promise.all([
    listIntegrations(owner),
    queryAll<LinkRecord & Key>(keys.linksOf(owner)),
  ]);
  const kept = integrations.filter(newer).map(({ id }) => id);
  for (const integration of integrations) if (!newer(integration)) await disconnect(owner, integration);
  for (const { id } of credentials) {
    if (!kept.includes(id)) await purge({ ...owner, integrationId: id, after: null }, work);
    if (work.left() <= 0) throw new OutOfTime();
  }
  await removeAll(links.filter((link) => !newer(link)));
  const isBack = kept.length > 0 || links.some(newer);
  // Their history went with the first pass.
  if (isBack && work.final) return;
  await sweepEvents(owner, work, counted);
  await sweepRange(keys.callsOf(owner.organizationId, owner.userId), work);
  await removeAll(await traces(owner));
  if (isBack) return;
  await sweepOwner(owner, work);
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
const eraseLinksOf = async (owner: Owner, { type, id }: ManagerosEntity, work: Pass): Promise<void> => {
  const links = await queryAll<LinkRecord & Key>(keys.linksOfEntity(owner, type, id));
  for (const integrationId of new Set(links.map((link) => link.integrationId)))
    await sweepRange(keys.activityOf(owner, integrationId), work);
  await removeAll(links.filter((link) => !isNewer(work)(link)));
};

const eraseEntity = async (organizationId: string, entity: ManagerosEntity, work: Pass): Promise<void> => {
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
