import type { Place } from '../credentials/envelope.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';

/** Where what a person typed in is sealed for. */
export const placeOf = (
  owner: Owner,
  { id, provider, sealedVersion }: Pick<CredentialRecord, 'id' | 'provider' | 'sealedVersion'>,
): Place => ({ ...owner, holder: id, provider, field: 'credentials', version: sealedVersion });
