import { isoNow } from '../config/clock.ts';
import { AppError } from '../errors/error.ts';
import { keys } from '../store/keys.ts';
import { get, query, write } from '../store/table.ts';
import { generateDataKey, unwrapDataKey } from './kms.ts';
import { timedCache } from './timed-cache.ts';

/**
 * An organisation's data keys: wrapped in the table, unwrapped in memory for at most five minutes and
 * at most 200 at once. The newest seals; older ones still open what they sealed.
 */
type DataKeyRecord = { version: number; wrapped: Uint8Array; createdAt: string };
export type DataKey = { version: number; key: Buffer };

const minutes = 60_000;
const unwrapped = timedCache<DataKey>(5 * minutes, 200);
const newestOf = timedCache<DataKeyRecord>(5 * minutes, 200);

const unwrap = (organizationId: string, { version, wrapped }: DataKeyRecord): Promise<DataKey> =>
  unwrapped.get(`${organizationId}#${version}`, async () => ({
    version,
    key: await unwrapDataKey(organizationId, wrapped),
  }));

const newest = async (organizationId: string): Promise<DataKeyRecord | null> => {
  const range = { ...keys.dataKeysOf(organizationId), newestFirst: true, limit: 1 };
  const { items } = await query<DataKeyRecord>(range);
  return items[0] ?? null;
};

const create = async (organizationId: string, version: number): Promise<DataKeyRecord> => {
  const { key, wrapped } = await generateDataKey(organizationId);
  const record = { version, wrapped, createdAt: isoNow() };
  try {
    await write({ put: { ...keys.dataKey(organizationId, version), ...record }, when: [['pk', 'absent']] });
    await unwrapped.get(`${organizationId}#${version}`, async () => ({ version, key }));
    return record;
  } catch (error) {
    // Another function made the organisation's first key at the same moment; or ours was stored and the answer lost.
    const stored =
      error instanceof AppError && error.code === 'conflict' ? await newest(organizationId) : null;
    if (!stored) throw error;
    return stored;
  }
};

/** The key that seals now; an organisation's first is made here. */
export const sealingKey = async (organizationId: string): Promise<DataKey> => {
  const record = await newestOf.get(
    organizationId,
    async () => (await newest(organizationId)) ?? (await create(organizationId, 1)),
  );
  return unwrap(organizationId, record);
};

/** The key of a version; one that was destroyed is `not_found`. */
export const openingKey = (organizationId: string, version: number): Promise<DataKey> =>
  unwrapped.get(`${organizationId}#${version}`, async () => {
    const record = await get<DataKeyRecord>(keys.dataKey(organizationId, version));
    if (!record) throw new AppError('not_found', 'The key of these credentials was destroyed.');
    return { version, key: await unwrapDataKey(organizationId, record.wrapped) };
  });
