import type * as z from 'zod/mini';
import type { OAuthFacts } from '../connectors/connector.ts';
import { manifestOf } from '../connectors/registry.ts';
import type { reconnect } from '../contract/operations/integrations.ts';
import { AppError, invalidField } from '../errors/error.ts';
import { type Caller, ownerFor } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import { beginConsent } from '../oauth/begin.ts';
import { authMethod, checkFields, mergeFields } from './fields.ts';
import { countProviderCall } from './limit.ts';
import { checkSameAccount, replaceConnection } from './replace.ts';
import { tryCredentialsOf } from './trying.ts';
import { holderView } from './view.ts';

type Body = z.output<typeof reconnect.body>;

/**
 * What was granted, and what is asked for on top: a new consent must not lose the old one's scopes, nor
 * those that no answer lists, such as the one that brings a refresh token.
 */
const scopesFor = (
  oauth: Pick<OAuthFacts, 'scopes' | 'silentScopes'>,
  seen: IntegrationRecord,
  asked: readonly string[],
) => {
  const known = oauth.scopes.map(({ scope }) => scope);
  asked.forEach((scope, index) => {
    if (!known.includes(scope)) throw invalidField(`scopes.${index}`, `must be one of ${known.join(', ')}`);
  });
  const granted = seen.grantedScopes ?? known;
  const wanted = new Set([...asked, ...granted, ...oauth.silentScopes]);
  return known.filter((scope) => wanted.has(scope));
};

/** Connects again under the same id; settings that are not given stay, credentials are given anew. */
export const reconnectIntegration = async (caller: Caller, seen: IntegrationRecord, body: Body) => {
  const manifest = await manifestOf(seen.provider);
  const method = authMethod(manifest, body.auth ?? seen.auth);
  const given = { settings: body.settings ?? {}, credentials: body.credentials ?? {} };
  const stands = { settings: method.kind === seen.auth ? seen.settings : {}, credentials: {} };
  const known = new Set(method.fields.map(({ name }) => name));
  const settings = Object.fromEntries(Object.entries(stands.settings).filter(([name]) => known.has(name)));
  const values = checkFields(manifest, method, mergeFields({ ...stands, settings }, given));
  const owner = ownerFor(caller, seen.scope);

  if (method.kind === 'oauth2') {
    const { oauth } = manifest;
    if (!oauth) throw new AppError('oauth_not_configured', `${manifest.name} has no consent.`);
    const scopes = body.scopes ? scopesFor(oauth, seen, body.scopes) : oauth.scopes.map(({ scope }) => scope);
    const attempt = await beginConsent(caller, {
      manifest: { ...manifest, oauth },
      scope: seen.scope,
      name: null,
      settings: values.settings,
      integrationId: seen.id,
      scopes,
      returnTo: body.returnTo ?? 'default',
    });
    return { begun: { attempt } };
  }
  await countProviderCall(caller, seen.id);
  const tried = await tryCredentialsOf(manifest, method.kind, values);
  checkSameAccount(seen, tried);
  const replaced = await replaceConnection({
    owner,
    actor: caller.userId,
    manifest,
    id: seen.id,
    tried,
    app: null,
    askedAt: null,
    also: [],
  });
  return { created: { integration: await holderView(replaced) } };
};
