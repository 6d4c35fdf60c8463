import { isoNow } from '../config/clock.ts';
import { manifestOf } from '../connectors/registry.ts';
import type { ErrorCode } from '../contract/codes.ts';
import { AppError, notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { type Caller, type Owner, ownerFor } from '../model/caller.ts';
import type { CredentialRecord, IntegrationRecord } from '../model/integration.ts';
import { findCredential } from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { transact } from '../store/table.ts';
import { hintFor } from './hints.ts';
import { countProviderCall } from './limit.ts';
import { moveTo, rejectCredentials } from './transition.ts';
import { withSession } from './use.ts';

/** What may be wrong with a connection, as against with us. */
const isVerdict = (code: ErrorCode): boolean =>
  code.startsWith('provider_') || ['needs_reauth', 'token_unavailable', 'oauth_app_rejected'].includes(code);

const ask = async (owner: Owner, credential: CredentialRecord): Promise<ErrorCode | null> => {
  if (credential.state === 'needs_setup') return 'needs_setup';
  const manifest = await manifestOf(credential.provider);
  try {
    await withSession({ owner, credential, manifest }, ({ adapter, session }) => adapter.identify(session));
    return null;
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

  const code = await ask(owner, credential);
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
    await moveTo(owner, credential, { state: 'active', cause: null });
  return { ok: code === null, code, hint: code && hintFor(code), testedAt };
};
