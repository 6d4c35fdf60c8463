import { isoNow } from '../config/clock.ts';
import type { Manifest } from '../connectors/connector.ts';
import { AppError, hasCode, notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord, IntegrationRecord, RetiredTokens, TokenState } from '../model/integration.ts';
import { consentWrites } from '../oauth/consents.ts';
import { again } from '../store/again.ts';
import {
  changeWrite,
  findCredential,
  findIntegration,
  release,
  reserve,
  stale,
} from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { transact, type Write } from '../store/table.ts';
import { causeAfter } from '../tokens/commit.ts';
import type { Tried } from './attempt.ts';
import { secretsOf, shownOf } from './secrets.ts';

export type Replacement = {
  owner: Owner;
  actor: string;
  manifest: Manifest;
  id: string;
  tried: Tried;
  app: TokenState['app'];
  /** As in `consentWrites`. */
  askedAt: number | null;
  also: Write[];
};

/** With the tokens in use now added to those that have no use any more, for the job that ends them. */
export const retiring = ({
  tokens,
  tokenVersion,
  app,
  tenant,
  account,
  retired,
}: CredentialRecord): RetiredTokens[] =>
  tokens && app ? [...retired, { tokens, tokenVersion, app, tenant, account: account?.id ?? '' }] : retired;

/** The same account and site; after a reset any. */
export const checkSameAccount = (seen: IntegrationRecord, { identity }: Tried): void => {
  if (seen.account === null) return;
  if (seen.account.id !== identity.account.id || seen.tenant !== identity.tenant)
    throw new AppError(
      'different_account',
      'This is another account than the integration was connected with.',
    );
};

/** The entry of the directory that the integration has so far. */
export const leaveAccount = (credential: CredentialRecord): Write[] =>
  credential.app && credential.account
    ? [
        {
          delete: keys.account(
            credential.provider,
            credential.app.clientId,
            credential.tenant,
            credential.account.id,
            credential.id,
          ),
        },
      ]
    : [];

const attemptReplace = async (replacement: Replacement): Promise<IntegrationRecord> => {
  const { owner, actor, manifest, id, tried, app, askedAt, also } = replacement;
  const [seen, before] = await Promise.all([findIntegration(owner, id), findCredential(owner, id)]);
  if (!seen || !before) throw notFound('The integration');
  checkSameAccount(seen, tried);

  const at = isoNow();
  // Ending what a new consent replaced may end the new one too: that is left to run out.
  const ends = app === null || manifest.oauth?.revocation === 'token';
  // A withdrawal disabled it; whoever consents again wants it back.
  const enabled = seen.enabled || seen.cause === 'consent_withdrawn';
  const secrets = await secretsOf(owner, { ...before, enabled }, manifest, tried, app, {
    ...before,
    retired: ends ? retiring(before) : before.retired,
  });
  const cause = causeAfter(manifest, secrets.grantedScopes);
  const next: IntegrationRecord = {
    ...seen,
    ...shownOf(tried, at),
    enabled,
    cause,
    grantedScopes: secrets.grantedScopes,
    version: seen.version + 1,
    updatedAt: at,
  };
  const { due, dueAt, ...stored } = secrets;
  const moved = next.account?.id !== seen.account?.id || next.tenant !== seen.tenant;
  const event = eventWrites(owner, {
    actor,
    action: 'integration.reconnected',
    target: id,
    provider: manifest.id,
    outcome: 'ok',
    detail: { auth: tried.auth },
  });
  await transact([
    changeWrite(owner, seen, next),
    {
      update: keys.credential(owner, id),
      set: { ...stored, enabled, state: 'active', cause, ...(due !== undefined && { due, dueAt }) },
      remove: ['intentSince', ...(due === undefined ? ['due', 'dueAt'] : [])],
      // Tokens that were refreshed since are other tokens: read them again, and retire those.
      when: [
        ['fence', '=', before.fence],
        ['sealedVersion', '=', before.sealedVersion],
        ['state', '<>', 'deleting'],
      ],
      otherwise: stale,
    },
    ...(moved ? [...release.upstream(owner, seen), reserve.upstream(owner, next)] : []),
    ...leaveAccount(before).filter(() => moved || before.app?.clientId !== app?.clientId),
    ...(app === null && before.app !== null ? [{ delete: keys.consent(owner, id) }] : []),
    ...consentWrites(owner, actor, next, app, askedAt),
    ...also,
    ...event,
  ]);
  return next;
};

/**
 * Puts a new connection in the place of the old one, under the same id. The newest consent wins: a
 * refresh that is under way loses its claim.
 */
export const replaceConnection = (replacement: Replacement): Promise<IntegrationRecord> =>
  again(
    () => attemptReplace(replacement),
    (error) => hasCode(error, 'stale_version'),
  );
