import { setTimeout as pause } from 'node:timers/promises';
import type { Manifest, TokenSet } from '../connectors/connector.ts';
import { rescue } from '../contract/jobs.ts';
import { hasCode } from '../errors/error.ts';
import { moveTo } from '../integrations/transition.ts';
import type { Work } from '../jobs/handle.ts';
import { send } from '../jobs/send.ts';
import { log } from '../log/log.ts';
import type { Cause } from '../model/integration.ts';
import { missingScopes } from '../oauth/scopes.ts';
import { type Committed, commitTokens } from '../store/credentials.ts';
import type { Claim } from './refresh.ts';
import { endTokens } from './revoke.ts';
import { sealTokens } from './sealed.ts';
import { dueOf, expiryOf, grantedBy } from './token-state.ts';

/** Before the kill there must be time to hand the tokens to the rescue queue. */
const reserve = 1_000;

const isUnavailable = (error: unknown): boolean => hasCode(error, 'unavailable');

/** What a success says of an integration's health: that it works, with the scopes it has. */
export const causeAfter = ({ oauth }: Manifest, granted: string[] | null): Cause | null =>
  oauth &&
  missingScopes(
    oauth,
    oauth.scopes.map(({ scope }) => scope),
    granted,
  ).length > 0
    ? 'missing_scope'
    : null;

/**
 * Stores refreshed tokens until it succeeds or time runs out; then another failure domain takes them. It
 * also takes those that came too late and that the provider would not end.
 */
export const commit = async (held: Claim, tokens: TokenSet, work: Work): Promise<void> => {
  const { owner, manifest, credential, request, key, reason } = held;
  const tokenVersion = credential.tokenVersion + 1;
  const plain = {
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken ?? request.refreshToken,
  };
  const committed: Committed = {
    tokens: await sealTokens(owner, credential, tokenVersion, plain, key),
    tokenVersion,
    ...expiryOf(tokens),
    aheadRefreshed: reason === 'ahead' || (reason === 'keep_alive' && credential.aheadRefreshed),
    grantedScopes: grantedBy(manifest, credential.auth, tokens, credential.grantedScopes),
  };
  const due = dueOf(manifest, { ...credential, ...committed });

  for (let attempt = 1; ; attempt += 1) {
    try {
      if (await commitTokens(owner, credential.id, credential.fence, committed, due)) {
        await noteSuccess(held, committed);
        return;
      }
      if ((await endTokens(held, plain)) !== 'failed') return;
      break;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (work.left() <= reserve) break;
      await pause(Math.random() * Math.min(2_000, 50 * 2 ** attempt));
    }
  }
  const { tokens: sealed, ...set } = committed;
  log('error', 'tokens handed to rescue', { organization: owner.organizationId, integration: credential.id });
  await send(rescue, {
    ...owner,
    integrationId: credential.id,
    provider: credential.provider,
    app: credential.app,
    fence: credential.fence,
    tokens: Buffer.from(sealed ?? []).toString('base64'),
    tokenVersion,
    set: { ...set, ...(due ?? {}) },
  });
};

/** Health follows: an outage is over, a fault of our app mended, a scope gone. */
const noteSuccess = async ({ owner, manifest, credential }: Claim, committed: Committed): Promise<void> => {
  const { grantedScopes } = committed;
  const cause = causeAfter(manifest, grantedScopes);
  const same = grantedScopes?.join(' ') === credential.grantedScopes?.join(' ');
  if (cause !== credential.cause || !same)
    await moveTo(owner, { ...credential, ...committed }, { state: 'active', cause }, { grantedScopes });
};
