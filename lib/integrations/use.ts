import type { Adapter, Manifest, Session } from '../connectors/connector.ts';
import { adapterOf, manifestOf } from '../connectors/registry.ts';
import { openSession } from '../connectors/session.ts';
import { open } from '../credentials/envelope.ts';
import { AppError, notFound } from '../errors/error.ts';
import type { Caller, Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { findCredential, ownerOf } from '../store/integrations.ts';
import { patience } from './attempt.ts';
import { countProviderCall } from './limit.ts';
import { rejectCredentials } from './transition.ts';

export type Usable = { owner: Owner; credential: CredentialRecord; manifest: Manifest };
export type InUse = Usable & { adapter: Adapter; session: Session };

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

/** Reads what a use needs, which is one item, and refuses what may not be used; the provider is not asked. */
export const readUsable = async (caller: Caller, id: string): Promise<Usable> => {
  const owner = ownerOf(caller, id);
  const credential = await findCredential(owner, id);
  if (!credential) throw notFound('The integration');
  const refused = hindrance(credential);
  if (refused) throw refused;
  return { owner, credential, manifest: await manifestOf(credential.provider) };
};

export const placeOf = (owner: Owner, { id, provider, sealedVersion }: CredentialRecord) =>
  ({ ...owner, holder: id, provider, field: 'credentials', version: sealedVersion }) as const;

/** A session with the opened credentials. */
export const sessionFor = async (
  { owner, credential, manifest }: Usable,
  adapter: Adapter,
  deadline: number,
): Promise<Session> => {
  if (!credential.sealed) throw new AppError('needs_setup', 'The integration has to be set up first.');
  const credentials = await open(placeOf(owner, credential), credential.sealed);
  return openSession({
    manifest,
    adapter,
    settings: credential.settings,
    credentials,
    trying: false,
    deadline,
  });
};

/**
 * Runs with an open session. A provider that rejects stored credentials makes the integration
 * `needs_reauth` at once, and that is what the caller is told.
 */
export const inSession = async <T>(
  usable: Usable,
  run: (use: InUse) => Promise<T>,
  deadline?: number,
): Promise<T> => {
  const adapter = await adapterOf(usable.manifest.id);
  const session = await sessionFor(usable, adapter, deadline ?? Date.now() + patience);
  try {
    return await run({ ...usable, adapter, session });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'provider_unauthorized') throw error;
    await rejectCredentials(usable.owner, usable.credential);
    throw new AppError(
      'needs_reauth',
      `${usable.manifest.name} no longer accepts the credentials: reconnect it.`,
      {
        cause: error,
      },
    );
  }
};

/** A use as a caller asks for it: readable, allowed, fit for the provider (`check` throws), counted, then run. */
export const using = async <T>(
  caller: Caller,
  id: string,
  check: (manifest: Manifest) => void,
  run: (use: InUse) => Promise<T>,
): Promise<T> => {
  const usable = await readUsable(caller, id);
  check(usable.manifest);
  await countProviderCall(caller, id);
  return inSession(usable, run);
};
