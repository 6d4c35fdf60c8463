import { AppError } from '../errors/error.ts';
import type { CredentialRecord } from '../model/integration.ts';

/** Why a credential cannot be used now, or null. */
export const hindrance = ({
  enabled,
  state,
}: Pick<CredentialRecord, 'enabled' | 'state'>): AppError | null => {
  if (!enabled) return new AppError('integration_disabled', 'The integration is disabled.');
  if (state === 'needs_setup') return new AppError('needs_setup', 'The integration has to be set up first.');
  if (state === 'needs_reauth') return new AppError('needs_reauth', 'The integration has to be reconnected.');
  return null;
};
