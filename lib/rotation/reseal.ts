import type * as z from 'zod/mini';
import { now } from '../config/clock.ts';
import { reseal as job } from '../contract/jobs.ts';
import {
  createDataKey,
  type DataKeyRecord,
  forgetDataKeys,
  newestDataKey,
} from '../credentials/data-keys.ts';
import { rewrapDataKey } from '../credentials/kms.ts';
import type { Work } from '../jobs/handle.ts';
import { send } from '../jobs/send.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { again } from '../store/again.ts';
import { type Key, keys, type SealedPrefix } from '../store/keys.ts';
import { get, query, queryAll, transact, write } from '../store/table.ts';
import { type Again, appAgain, credentialAgain, secretAgain } from './again.ts';

type Payload = z.output<typeof job.payload>;
/** `at`: when the newest key was made (epoch ms). */
export type Rotation = { organizationId: string; since: number; at: number };

/**
 * Nobody seals with an older key any more: caches keep a key for five minutes, and tokens that wait in the
 * rescue queue, sealed, for half an hour.
 */
export const patience = 60 * 60_000;

type Sealed = Key & { sealedVersion: number };
type Kind = {
  prefix: SealedPrefix;
  resealed: (owner: Owner, row: never, newest: number) => Promise<Again | null>;
};
const kinds: readonly Kind[] = [
  {
    prefix: 'CRED#',
    resealed: (owner, row: CredentialRecord, newest) => credentialAgain(owner, row, newest),
  },
  { prefix: 'APP#', resealed: appAgain },
  { prefix: 'SECRET#', resealed: secretAgain },
];

/** One item, read again where somebody was faster. */
const resealOne = async (owner: Owner, { resealed }: Kind, seen: Sealed, newest: number): Promise<void> => {
  const key: Key = { pk: seen.pk, sk: seen.sk };
  await again(async (attempt) => {
    const row = attempt === 1 ? seen : await get<Sealed>(key);
    const change = row && (await resealed(owner, row as never, newest));
    if (change) await write({ update: key, ...change });
  });
};

const resealOwner = async (owner: Owner, newest: number): Promise<void> => {
  for (const kind of kinds)
    for (const row of await queryAll<Sealed>(keys.sealedOf(owner, kind.prefix)))
      await resealOne(owner, kind, row, newest);
};

/** The organisation's newest key, made for this rotation if it is older; null where it has none. */
const keyFor = async ({ organizationId, since }: Payload): Promise<DataKeyRecord | null> => {
  const newest = await newestDataKey(organizationId);
  if (!newest || Date.parse(newest.createdAt) >= since) return newest;
  const at = now();
  const rotation: Rotation = { organizationId, since, at };
  const due = { due: keys.due('rotation', organizationId), dueAt: at + patience };
  return createDataKey(organizationId, newest.version + 1, [
    { put: { ...keys.rotation(organizationId), ...rotation, ...due } },
  ]);
};

/** Destroys the older keys after a pass that began when nobody sealed with them any more. */
const finish = async ({ organizationId, begun }: Payload, newest: number): Promise<void> => {
  const rotation = await get<Rotation>(keys.rotation(organizationId));
  if (!rotation || begun < rotation.at + patience) return;
  const all = await queryAll<DataKeyRecord & Key>(keys.dataKeysOf(organizationId));
  const older = all.filter(({ version }) => version < newest);
  await transact([
    ...older.slice(0, 90).map(({ pk, sk }) => ({ delete: { pk, sk } })),
    { delete: keys.rotation(organizationId), when: [['at', '=', rotation.at]] },
  ]);
  forgetDataKeys(organizationId);
};

/** Everything of an organisation and of its users, one owner after the other. */
const resealAll = async (payload: Payload, { left }: Work): Promise<void> => {
  const { organizationId } = payload;
  forgetDataKeys(organizationId);
  const newest = await keyFor(payload);
  if (!newest) return;
  forgetDataKeys(organizationId);
  let { after } = payload;
  if (after === null) {
    await resealOwner({ organizationId, userId: null }, newest.version);
    after = '';
  }
  for (;;) {
    const range = { ...keys.membersOf(organizationId), after: after || null, limit: 100 };
    const page: { items: Key[]; next: string | null } = await query<Key>(range);
    for (const { sk: userId } of page.items) {
      if (left() <= 0) {
        await send(job, { ...payload, after });
        return;
      }
      await resealOwner({ organizationId, userId }, newest.version);
      after = userId;
    }
    if (page.next === null) break;
  }
  await finish(payload, newest.version);
};

/** The data keys themselves, by the newest key of KMS; what they sealed stays as it is. */
const rewrapAll = async ({ organizationId, since }: Payload): Promise<void> => {
  type Wrapped = DataKeyRecord & Key & { wrappedAt?: number };
  for (const one of await queryAll<Wrapped>(keys.dataKeysOf(organizationId))) {
    if ((one.wrappedAt ?? 0) >= since) continue;
    const wrapped = await rewrapDataKey(organizationId, one.wrapped);
    await write({
      update: keys.dataKey(organizationId, one.version),
      set: { wrapped, wrappedAt: now() },
      // One that was destroyed meanwhile must not come back.
      when: [['version', '=', one.version]],
    });
  }
  forgetDataKeys(organizationId);
};

/** Repeatable at any point: what is done is left alone, and whoever changes a secret meanwhile wins. */
export const resealOrganization = async (payload: Payload, work: Work): Promise<void> =>
  payload.keys === 'wrapping' ? rewrapAll(payload) : resealAll(payload, work);
