import type { Manifest } from '../connectors/connector.ts';
import { manifestOf } from '../connectors/registry.ts';
import { AppError, asAppError } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord, RetiredTokens } from '../model/integration.ts';
import { othersOn } from '../store/accounts.ts';
import { readCredential } from '../store/credentials.ts';
import { keys } from '../store/keys.ts';
import { transact } from '../store/table.ts';
import { type Revocation, revokeTokens, whileEnding } from './revoke.ts';
import { openTokens, type PlainTokens } from './sealed.ts';

/** Ends what a connection no longer uses, and records how that went. */

/** Null where nobody ever can, as when their key was destroyed: that must not keep a delete from ending. */
const opened = async (
  owner: Owner,
  credential: CredentialRecord,
  tokenVersion: number,
  tokens: Uint8Array,
): Promise<PlainTokens | null> => {
  try {
    return await openTokens(owner, credential, tokenVersion, tokens);
  } catch (error) {
    if (asAppError(error).code === 'unavailable') throw error;
    return null;
  }
};

const endOne = async (
  owner: Owner,
  manifest: Manifest,
  credential: CredentialRecord,
  { tokens, tokenVersion, app, tenant, account }: RetiredTokens,
): Promise<Revocation> => {
  const plain = await opened(owner, credential, tokenVersion, tokens);
  if (plain === null) return { outcome: 'forgotten', reason: 'the tokens cannot be opened' };
  const { provider, id } = credential;
  const address = [provider, app?.clientId ?? '', tenant, account] as const;
  // A newer consent of this very integration may hang on the account too.
  const renewed =
    credential.state !== 'deleting' &&
    credential.tokens !== null &&
    credential.app?.clientId === app?.clientId &&
    credential.account?.id === account &&
    credential.tenant === tenant;
  const others = async (): Promise<boolean> => renewed || (await othersOn(address, id));
  const end = () => revokeTokens(owner, manifest, app, plain, others);
  return manifest.oauth?.revocation === 'account' && !(await others()) ? whileEnding(address, end) : end();
};

const worst = (results: readonly Revocation[]): Revocation =>
  results.find(({ outcome }) => outcome === 'failed') ??
  results.find(({ outcome }) => outcome === 'forgotten') ?? { outcome: 'revoked', reason: null };

/** Ends the given tokens; the outcome is written where admins see it. Tries again (throws) where the provider did not confirm. */
export const retire = async (
  owner: Owner,
  credential: CredentialRecord,
  unused: readonly RetiredTokens[],
  { last }: { last: boolean },
): Promise<void> => {
  if (unused.length === 0) return;
  const manifest = await manifestOf(credential.provider);
  const results: Revocation[] = [];
  for (const one of unused) results.push(await endOne(owner, manifest, credential, one));
  const { outcome, reason } = worst(results);
  if (outcome === 'failed' && !last)
    throw new AppError('provider_error', 'The provider did not confirm that the tokens ended.');

  const event = eventWrites(owner, {
    actor: 'system',
    action: 'tokens.revoked',
    target: credential.id,
    provider: credential.provider,
    outcome: outcome === 'failed' ? 'failed' : 'ok',
    detail: { outcome, reason },
  });
  await transact([
    {
      update: keys.credential(owner, credential.id),
      // A delete that begins again must not end, and record, the same once more.
      set: { retired: [], ...(credential.state === 'deleting' && { tokens: null }) },
      // What was retired meanwhile must not be forgotten: the job runs again.
      when: [['fence', '=', credential.fence]],
    },
    ...event,
  ]);
};

/** Of an integration that goes on: the tokens a reconnect, reset or withdrawal left behind. */
export const retireTokens = async (
  { integrationId, ...owner }: Owner & { integrationId: string },
  last: boolean,
): Promise<void> => {
  const credential = await readCredential(owner, integrationId);
  if (credential && credential.state !== 'deleting')
    await retire(owner, credential, credential.retired, { last });
};
