import type { Adapter, EntityFacts, Identity, Manifest, Session } from '../connectors/connector.ts';
import { manifestOf } from '../connectors/registry.ts';
import { AppError, notFound } from '../errors/error.ts';
import type { Caller, Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { missingScopes } from '../oauth/scopes.ts';
import { findCredential, ownerOf } from '../store/integrations.ts';
import { hindrance } from './hindrance.ts';
import { countProviderCall } from './limit.ts';

export type Usable = { owner: Owner; credential: CredentialRecord; manifest: Manifest };
export type InUse = Usable & { adapter: Adapter; session: Session };
export type Run<T> = (use: InUse) => Promise<T>;

/** What opens credentials and speaks to providers is no part of a function's start: it loads while the table is asked. */
const loaded = () => import('./in-session.ts');

/** Reads what a use needs, which is one item, and refuses what may not be used; the provider is not asked. */
export const readUsable = async (caller: Caller, id: string): Promise<Usable> => {
  const owner = ownerOf(caller, id);
  const [credential] = await Promise.all([findCredential(owner, id), loaded()]);
  if (!credential) throw notFound('The integration');
  const refused = hindrance(credential);
  if (refused) throw refused;
  return { owner, credential, manifest: await manifestOf(credential.provider) };
};

/** Refuses what the consent does not cover, with the way to the consent that would. */
export const requireScopes = (
  { manifest, credential }: Usable,
  { needs }: Pick<EntityFacts, 'needs'>,
): void => {
  if (credential.auth !== 'oauth2' || !manifest.oauth) return;
  const missing = missingScopes(manifest.oauth, needs, credential.grantedScopes);
  if (missing.length > 0)
    throw new AppError(
      'missing_scope',
      `${manifest.name} was not allowed to do this: consent to what is missing.`,
      {
        extra: { consent: { scopes: missing, reconnect: `/integrations/${credential.id}/reconnect` } },
      },
    );
};

/**
 * Whose credentials these are, as the provider says, which is asked also while its circuit is open;
 * `provider_unauthorized` comes out where newer tokens are of no use.
 */
export const identify = async (usable: Usable): Promise<Identity> => (await loaded()).identify(usable);

/** Runs with an open session; credentials that are rejected make the integration `needs_reauth` at once. */
export const inSession = async <T>(usable: Usable, run: Run<T>, deadline?: number): Promise<T> =>
  (await loaded()).inSession(usable, run, deadline);

/** A use as a caller asks for it: readable, allowed, fit for the provider (`check` throws), counted, then run. */
export const using = async <T>(
  caller: Caller,
  id: string,
  check: (usable: Usable) => void,
  run: (use: InUse) => Promise<T>,
): Promise<T> => {
  const usable = await readUsable(caller, id);
  check(usable);
  await countProviderCall(caller, id);
  return inSession(usable, run);
};
