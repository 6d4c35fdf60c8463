import type { Manifest } from '../connectors/connector.ts';
import { tokensOf } from '../connectors/registry.ts';
import { log } from '../log/log.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord, TokenState } from '../model/integration.ts';
import { appOf } from '../oauth/apps.ts';
import { type AccountAddress, sayEnding } from '../store/accounts.ts';
import { tokenDoor } from './door.ts';
import type { PlainTokens } from './sealed.ts';

/** How the end of tokens went: `forgotten` where nothing may or can be ended at the provider, with the reason. */
export type RevocationOutcome = 'revoked' | 'forgotten' | 'failed';
export type Revocation = { outcome: RevocationOutcome; reason: string | null };

const patience = 10_000;

const forgotten = (reason: string): Revocation => ({ outcome: 'forgotten', reason });

/** Ends tokens at the provider: never more than they themselves, unless nothing else hangs on the account and app. */
export const revokeTokens = async (
  owner: Owner,
  manifest: Manifest,
  app: TokenState['app'],
  tokens: PlainTokens,
  othersOnAccount: () => Promise<boolean>,
): Promise<Revocation> => {
  const ends = manifest.oauth?.revocation ?? 'none';
  const { revoke } = await tokensOf(manifest.id);
  if (ends === 'none' || !revoke) return forgotten('the provider offers no revocation');
  if (ends === 'account' && (await othersOnAccount()))
    return forgotten('other integrations use the same account');
  const opened = await appOf(owner.organizationId, manifest.id, app);
  if (!opened) return forgotten('the OAuth app is gone');
  try {
    await revoke(opened, tokens, tokenDoor(manifest, patience));
    return { outcome: 'revoked', reason: null };
  } catch {
    return { outcome: 'failed', reason: 'the provider did not confirm' };
  }
};

/** Longer than anybody waits for a provider to end tokens. */
const longestEnding = 60_000;

/**
 * Where a provider ends whatever an account consented to: says so first, so that no consent whose tokens may
 * be among them is stored meanwhile, then looks once more for others, and says when it is over.
 */
export const whileEnding = async (
  account: AccountAddress,
  end: () => Promise<Revocation>,
): Promise<Revocation> => {
  await sayEnding(account, Date.now() + longestEnding);
  const outcome = await end();
  await sayEnding(account, Date.now());
  return outcome;
};

type Late = { owner: Owner; manifest: Manifest; credential: Pick<CredentialRecord, 'id' | 'app'> };

/**
 * Tokens that came too late: the integration was deleted or consented to anew meanwhile. They are ended
 * where that ends them alone; anything wider would end the newer consent too.
 */
export const endTokens = async (
  { owner, manifest, credential }: Late,
  tokens: PlainTokens,
): Promise<RevocationOutcome> => {
  const { outcome } = await revokeTokens(owner, manifest, credential.app, tokens, async () => true);
  log('warn', 'refreshed tokens came too late', { integration: credential.id, outcome });
  return outcome;
};
