import { isoNow } from '../config/clock.ts';
import { open, type Place, seal } from '../credentials/envelope.ts';
import { environmentOwner, keys } from '../store/keys.ts';
import { get, write } from '../store/table.ts';

/** Secrets of the environment, set by an operator's command and sealed in the table like all others. */
export type SecretRecord = { name: string; sealed: Uint8Array; sealedVersion: number; updatedAt: string };

export const environmentSecretPlace = (name: string, version: number): Place => ({
  organizationId: environmentOwner,
  userId: null,
  holder: name,
  provider: 'environment',
  field: 'credentials',
  version,
});

export const environmentSecret = async (name: string): Promise<string | null> => {
  const stored = await get<SecretRecord>(keys.secret(name));
  if (!stored) return null;
  const { value } = await open(environmentSecretPlace(name, stored.sealedVersion), stored.sealed);
  return value ?? null;
};

export const setEnvironmentSecret = async (name: string, value: string | null): Promise<void> => {
  if (value === null) {
    await write({ delete: keys.secret(name) });
    return;
  }
  const stands = await get<SecretRecord>(keys.secret(name));
  const sealedVersion = (stands?.sealedVersion ?? 0) + 1;
  const sealed = await seal(environmentSecretPlace(name, sealedVersion), { value });
  await write({ put: { ...keys.secret(name), name, sealed, sealedVersion, updatedAt: isoNow() } });
};
