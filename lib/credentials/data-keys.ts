import { isoNow } from '../config/clock.ts';
import { AppError, hasCode } from '../errors/error.ts';
import { keys } from '../store/keys.ts';
import { get, query, transact, type Write } from '../store/table.ts';
import { generateDataKey, unwrapDataKey } from './kms.ts';
import { timedCache } from './timed-cache.ts';

/**
 * An organisation's data keys: wrapped in the table, unwrapped in memory for at most five minutes and
 * at most 200 at once. The newest seals; older ones still open what they sealed.
 */
export type DataKeyRecord = { version: number; wrapped: Uint8Array; createdAt: string };
export type DataKey = { version: number; key: Buffer };

const minutes = 60_000;
const unwrapped = timedCache<DataKey>(5 * minutes, 200);
const newestOf = timedCache<DataKeyRecord>(5 * minutes, 200);

/** No organisation's id holds a `#`: forgetting one forgets no other. */
const nameOf = (organizationId: string, version: number): string => `${organizationId}#${version}`;

const unwrap = (organizationId: string, { version, wrapped }: DataKeyRecord): Promise<DataKey> =>
  unwrapped.get(nameOf(organizationId, version), async () => ({
    version,
    key: await unwrapDataKey(organizationId, wrapped),
  }));

export const newestDataKey = async (organizationId: string): Promise<DataKeyRecord | null> => {
  const range = { ...keys.dataKeysOf(organizationId), newestFirst: true, limit: 1 };
  const { items } = await query<DataKeyRecord>(range);
  return items[0] ?? null;
};

const erased = (): AppError => new AppError('forbidden', 'This organisation was erased.');

/** Makes the key of a version, with what else is to be written along with it; another's of the same version counts as well. */
export const createDataKey = async (
  organizationId: string,
  version: number,
  also: readonly Write[] = [],
): Promise<DataKeyRecord> => {
  const { key, wrapped } = await generateDataKey(organizationId);
  const record = { version, wrapped, createdAt: isoNow() };
  try {
    await transact([
      { put: { ...keys.dataKey(organizationId, version), ...record }, when: [['pk', 'absent']] },
      { put: keys.organization(organizationId) },
      { check: keys.erased(organizationId), when: [['pk', 'absent']], otherwise: erased },
      ...also,
    ]);
    await unwrapped.get(nameOf(organizationId, version), async () => ({ version, key }));
    return record;
  } catch (error) {
    // Another function made it at the same moment; or ours was stored and the answer lost.
    const stored = hasCode(error, 'conflict') ? await newestDataKey(organizationId) : null;
    if (!stored) throw error;
    return stored;
  }
};

/** Of an organisation whose keys changed or are gone: this process asks for them again. */
export const forgetDataKeys = (organizationId: string): void => {
  unwrapped.drop(`${organizationId}#`);
  newestOf.drop(`${organizationId}#`);
};

/** The key that seals now; an organisation's first is made here. */
export const sealingKey = async (organizationId: string): Promise<DataKey> => {
  const record = await newestOf.get(
    `${organizationId}#`,
    async () => (await newestDataKey(organizationId)) ?? (await createDataKey(organizationId, 1)),
  );
  return unwrap(organizationId, record);
};

/** The key of a version; one that was destroyed is `not_found`. */
export const openingKey = (organizationId: string, version: number): Promise<DataKey> =>
  unwrapped.get(nameOf(organizationId, version), async () => {
    const record = await get<DataKeyRecord>(keys.dataKey(organizationId, version));
    if (!record) throw new AppError('not_found', 'The key of these credentials was destroyed.');
    return { version, key: await unwrapDataKey(organizationId, record.wrapped) };
  });
