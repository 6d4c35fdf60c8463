import type { DataKey } from '../credentials/data-keys.ts';
import { open, type Place, seal } from '../credentials/envelope.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';

/** Tokens at rest: bound to their integration and to their version, so that older ones put back do not open. */
export type PlainTokens = { accessToken: string; refreshToken: string | null };

type Whose = Pick<CredentialRecord, 'id' | 'provider'>;

export const tokensPlace = (owner: Owner, { id, provider }: Whose, version: number): Place => ({
  ...owner,
  holder: id,
  provider,
  field: 'tokens',
  version,
});

export const sealTokens = (
  owner: Owner,
  whose: Whose,
  version: number,
  tokens: PlainTokens,
  prepared: DataKey | null = null,
): Promise<Uint8Array> => {
  const { accessToken, refreshToken } = tokens;
  const secrets = { accessToken, ...(refreshToken !== null && { refreshToken }) };
  return seal(tokensPlace(owner, whose, version), secrets, prepared);
};

export const openTokens = async (
  owner: Owner,
  whose: Whose,
  version: number,
  sealed: Uint8Array,
): Promise<PlainTokens> => {
  const { accessToken = '', refreshToken } = await open(tokensPlace(owner, whose, version), sealed);
  return { accessToken, refreshToken: refreshToken ?? null };
};
