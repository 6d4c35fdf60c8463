import type * as z from 'zod/mini';
import { purgeIntegration } from '../contract/jobs.ts';
import type { Work } from '../jobs/handle.ts';
import { send } from '../jobs/send.ts';
import type { Owner } from '../model/caller.ts';
import { readCredential } from '../store/credentials.ts';
import { type Key, keys } from '../store/keys.ts';
import { pageOfLinks } from '../store/links.ts';
import { query, removeAll, write } from '../store/table.ts';
import { retire } from '../tokens/retire.ts';
import { leaveAccount, retiring } from './replace.ts';

type Payload = z.output<typeof purgeIntegration.payload>;

const purgeRange = async (range: { pk: string; prefix: string }): Promise<void> => {
  for (;;) {
    const { items, next } = await query<Key>({ ...range, limit: 200 });
    await removeAll(items);
    if (next === null) return;
  }
};

/**
 * Its tokens end first, as far as they may: afterwards nobody could. Before that it leaves the directory,
 * so that of several that go at once the last one finds nobody else on the account.
 */
const endTokensOf = async (owner: Owner, id: string, last: boolean): Promise<void> => {
  const credential = await readCredential(owner, id);
  if (credential?.state !== 'deleting') return;
  await removeAll(leaveAccount(credential).flatMap((write) => ('delete' in write ? [write.delete] : [])));
  await retire(owner, credential, retiring(credential), { last });
};

/**
 * Deletes what hangs on a deleted integration, its credentials last: as long as they stand the job can
 * begin again. Links are found in the owner's partition, not by the index, which may not know the newest.
 */
export const purge = async (payload: Payload, { left, last }: Work): Promise<void> => {
  const { integrationId, after: start, ...owner } = payload;
  if (start === null) await endTokensOf(owner, integrationId, last);
  for (let after = start; ; ) {
    const { items, next } = await pageOfLinks(owner, after);
    await removeAll(items.filter((link) => link.integrationId === integrationId));
    if (next === null) break;
    after = next;
    if (left() <= 0) {
      await send(purgeIntegration, { ...payload, after });
      return;
    }
  }
  await purgeRange(keys.activityOf(owner, integrationId));
  await purgeRange(keys.ratingsOn(owner.organizationId, integrationId));
  await purgeRange(keys.ofIntegration(owner, integrationId));
  await write({ delete: keys.credential(owner, integrationId) });
};
