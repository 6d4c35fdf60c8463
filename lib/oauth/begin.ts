import { now } from '../config/clock.ts';
import { settings as environment, standinOrigins } from '../config/env.ts';
import type { Manifest, OAuthFacts } from '../connectors/connector.ts';
import { invalidField } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { type Caller, ownerFor } from '../model/caller.ts';
import type { ScopeName } from '../model/integration.ts';
import { attemptLife, insertAttempt } from '../store/attempts.ts';
import { memberWrites } from '../store/members.ts';
import { transact } from '../store/table.ts';
import { appForConsent, redirectUriOf } from './apps.ts';
import { hashOf, newSecret, sealFor } from './one-time.ts';
import { challengeOf } from './pkce.ts';

export type Beginning = {
  manifest: Manifest & { oauth: OAuthFacts };
  scope: ScopeName;
  name: string | null;
  settings: Record<string, string>;
  integrationId: string | null;
  /** What is asked for; the manifest's, or what was granted and what is missing. */
  scopes: readonly string[];
  returnTo: string;
};

/** A name of the environment's list, never an address: nobody can be sent elsewhere. */
export const returnPageOf = (name: string): string => {
  const { returnPages } = environment();
  const page = Object.hasOwn(returnPages, name) ? returnPages[name] : undefined;
  if (page === undefined)
    throw invalidField('returnTo', `must be one of ${Object.keys(returnPages).join(', ')}`);
  return page;
};

/** `{tenant}` and the like, filled with the app's settings. */
export const filled = (url: string, settings: Record<string, string>): string =>
  url.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(settings[name] ?? ''));

/** Where the browser goes; in the local cloud to the stand-in that serves the provider. */
const authorizationUrl = (provider: string, address: string, parameters: Record<string, string>): string => {
  const url = new URL(address);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const standin = standinOrigins()[provider];
  return standin === undefined ? url.href : `${standin}${url.pathname}${url.search}`;
};

/**
 * Begins a consent: a state only this browser's way knows, stored as a hash, and a PKCE verifier that only
 * its bearer can open. What the consent is for stands in the attempt; nothing of it travels.
 */
export const beginConsent = async (caller: Caller, beginning: Beginning) => {
  const { manifest, scope, name, settings, integrationId, scopes, returnTo } = beginning;
  const { id: provider, oauth } = manifest;
  const returnPage = returnPageOf(returnTo);
  const app = await appForConsent(caller.organizationId, provider);
  const purposes = new Map(oauth.scopes.map((one) => [one.scope, one.purpose]));

  const state = newSecret();
  const verifier = oauth.pkce ? newSecret() : null;
  const expires = now() + attemptLife;
  const hash = hashOf(state);
  const redirectUri = redirectUriOf(provider);
  const owner = ownerFor(caller, scope);
  const event = eventWrites(owner, {
    actor: caller.userId,
    action: 'oauth.started',
    target: integrationId ?? `att_${hash}`,
    provider,
    outcome: 'ok',
    detail: { scopes },
  });
  await transact([
    insertAttempt({
      hash,
      provider,
      organizationId: caller.organizationId,
      userId: caller.userId,
      scope,
      name,
      settings,
      integrationId,
      app: { source: app.source, clientId: app.clientId },
      appSettings: app.settings,
      scopes: [...scopes],
      redirectUri,
      returnPage,
      verifier: verifier === null ? null : sealFor(state, 'verifier', verifier),
      status: 'open',
      holder: null,
      ticketHash: null,
      returned: null,
      refusal: null,
      wrongTickets: 0,
      result: null,
      expires,
    }),
    ...memberWrites(owner),
    ...event,
  ]);
  return {
    id: `att_${hash}`,
    authorizationUrl: authorizationUrl(provider, filled(oauth.authorizeUrl, app.settings), {
      ...oauth.parameters,
      response_type: 'code',
      client_id: app.clientId,
      redirect_uri: redirectUri,
      scope: scopes.join(oauth.scopeSeparator),
      state,
      ...(verifier !== null && { code_challenge: challengeOf(verifier), code_challenge_method: 'S256' }),
    }),
    scopes: scopes.map((one) => ({ scope: one, purpose: purposes.get(one) ?? 'Asked for by you.' })),
    expiresAt: new Date(expires).toISOString(),
  };
};
