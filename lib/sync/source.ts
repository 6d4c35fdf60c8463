import type { CredentialRecord } from '../model/integration.ts';
import { digest } from '../store/keys.ts';

/**
 * What is synced: the account, its site and the settings that choose a calendar or a mailbox. After a
 * change of any of them positions mean nothing, and what was kept is somebody else's.
 */
export const sourceOf = ({
  tenant,
  account,
  settings,
}: Pick<CredentialRecord, 'tenant' | 'account' | 'settings'>): string =>
  digest(
    tenant,
    account?.id ?? '',
    ...Object.entries(settings)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flat(),
  );
