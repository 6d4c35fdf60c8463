import { isoNow } from '../config/clock.ts';
import type { Manifest } from '../connectors/connector.ts';
import { manifestOf } from '../connectors/registry.ts';
import type { ErrorCode } from '../contract/codes.ts';
import { open } from '../credentials/envelope.ts';
import { AppError, notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { type Caller, type Owner, ownerFor } from '../model/caller.ts';
import type { CredentialRecord, IntegrationRecord } from '../model/integration.ts';
import { findCredential } from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { transact } from '../store/table.ts';
import { causeAfter } from '../tokens/commit.ts';
import { hintFor } from './hints.ts';
import { countProviderCall } from './limit.ts';
import { placeOf } from './place.ts';
import { moveTo, rejectCredentials } from './transition.ts';
import { tryCredentialsOf } from './trying.ts';
import { identify } from './use.ts';

/** What may be wrong with a connection, as against with us. */
const isVerdict = (code: ErrorCode): boolean =>
  code.startsWith('provider_') || ['needs_reauth', 'token_unavailable', 'oauth_app_rejected'].includes(code);

/** Of an integration whose state is `needs_reauth`: nothing refreshes its tokens any more. */
const askAgain = async (
  owner: Owner,
  manifest: Manifest,
  credential: CredentialRecord,
): Promise<ErrorCode | null> => {
  const { auth, cause, settings, sealed, tokens } = credential;
  // An access token may outlive its consent; that it still works would say nothing.
  if (auth === 'oauth2' && cause !== 'credentials_rejected') return 'needs_reauth';
  if (auth === 'oauth2' || !tokens || !sealed) return ask(owner, manifest, credential);
  const credentials = await open(placeOf(owner, credential), sealed);
  await tryCredentialsOf(manifest, auth, { settings, credentials });
  return null;
};

const ask = async (owner: Owner, manifest: Manifest, credential: CredentialRecord): Promise<null> => {
  await identify({ owner, credential, manifest });
  return null;
};

const verdictOn = async (
  owner: Owner,
  manifest: Manifest,
  credential: CredentialRecord,
): Promise<ErrorCode | null> => {
  if (credential.state === 'needs_setup') return 'needs_setup';
  try {
    const asking = credential.state === 'needs_reauth' ? askAgain : ask;
    return await asking(owner, manifest, credential);
  } catch (error) {
    if (error instanceof AppError && isVerdict(error.code)) return error.code;
    throw error;
  }
};

/**
 * Asks the provider whether stored credentials still work, also while disabled. Rejected ones make the
 * integration `needs_reauth`; ones that work again make it active.
 */
export const testIntegration = async (caller: Caller, integration: IntegrationRecord) => {
  const owner = ownerFor(caller, integration.scope);
  const credential = await findCredential(owner, integration.id);
  if (!credential) throw notFound('The integration');
  await countProviderCall(caller, integration.id);

  const manifest = await manifestOf(credential.provider);
  const code = await verdictOn(owner, manifest, credential);
  const testedAt = isoNow();
  const event = eventWrites(owner, {
    actor: caller.userId,
    action: 'integration.tested',
    target: integration.id,
    provider: integration.provider,
    outcome: code === null ? 'ok' : 'failed',
    detail: { code },
  });
  await transact([
    {
      update: keys.integration(owner, integration.id),
      set: { lastTestedAt: testedAt, lastTestResult: code ?? 'ok' },
      when: [['pk', 'exists']],
      otherwise: () => notFound('The integration'),
    },
    ...event,
  ]);
  if (code === 'provider_unauthorized' && credential.state === 'active')
    await rejectCredentials(owner, credential);
  if (code === null && credential.state === 'needs_reauth')
    await moveTo(owner, credential, {
      state: 'active',
      cause: causeAfter(manifest, credential.grantedScopes),
    });
  return { ok: code === null, code, hint: code && hintFor(code), testedAt };
};
