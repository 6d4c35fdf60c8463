import { isoNow } from '../config/clock.ts';
import { settings as environment } from '../config/env.ts';
import type { OAuthApp } from '../connectors/connector.ts';
import { findManifest, manifestOf } from '../connectors/registry.ts';
import { open, type Place, seal } from '../credentials/envelope.ts';
import { AppError, invalidField, notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { type Caller, organizationOf } from '../model/caller.ts';
import type { TokenState } from '../model/integration.ts';
import { environmentOwner, keys } from '../store/keys.ts';
import { get, transact, type Write } from '../store/table.ts';

/** OAuth apps: an organisation's own, else the environment's; both sealed in the table. */
export type AppRecord = {
  provider: string;
  clientId: string;
  settings: Record<string, string>;
  updatedAt: string;
  sealed: Uint8Array;
  sealedVersion: number;
};
export type AppSource = 'organization' | 'environment';

const ownerOf = (source: AppSource, organizationId: string): string =>
  source === 'organization' ? organizationId : environmentOwner;

export const appPlace = (
  owner: string,
  { provider, sealedVersion }: Pick<AppRecord, 'provider' | 'sealedVersion'>,
): Place => ({
  organizationId: owner,
  userId: null,
  holder: 'oauth-app',
  provider,
  field: 'app',
  version: sealedVersion,
});

export const redirectUriOf = (provider: string): string =>
  `${environment().publicUrl}/api/v1/oauth/callback/${provider}`;

const find = (source: AppSource, organizationId: string, provider: string): Promise<AppRecord | null> =>
  get<AppRecord>(keys.app(ownerOf(source, organizationId), provider));

const sources: readonly AppSource[] = ['organization', 'environment'];

type Found = { source: AppSource; record: AppRecord };

const findFirst = async (organizationId: string, provider: string): Promise<Found | null> => {
  for (const source of sources) {
    const record = await find(source, organizationId, provider);
    if (record) return { source, record };
  }
  return null;
};

const opened = async (organizationId: string, { source, record }: Found): Promise<OAuthApp> => {
  const { clientSecret = '' } = await open(appPlace(ownerOf(source, organizationId), record), record.sealed);
  return { clientId: record.clientId, clientSecret, settings: record.settings };
};

/** The app a new consent uses; `oauth_not_configured` where there is none. Its secret is not opened. */
export const appForConsent = async (organizationId: string, provider: string) => {
  const found = await findFirst(organizationId, provider);
  if (!found) {
    const { name } = await manifestOf(provider);
    throw new AppError(
      'oauth_not_configured',
      `No OAuth app of ${name} is configured: an admin has to set one.`,
    );
  }
  const { clientId, settings } = found.record;
  return { source: found.source, clientId, settings };
};

/** The app tokens belong to, with its secret; null where it was removed or replaced by another. */
export const appOf = async (
  organizationId: string,
  provider: string,
  belongs: TokenState['app'],
): Promise<OAuthApp | null> => {
  if (!belongs) return null;
  const record = await find(belongs.source, organizationId, provider);
  return record?.clientId === belongs.clientId
    ? opened(organizationId, { source: belongs.source, record })
    : null;
};

const manifestWithOAuth = async (provider: string) => {
  const manifest = await findManifest(provider);
  if (!manifest?.oauth) throw notFound('The OAuth app');
  return { manifest, oauth: manifest.oauth };
};

/** What an admin sees of the app in use. */
export const showApp = async (organizationId: string, provider: string) => {
  await manifestWithOAuth(provider);
  const found = await findFirst(organizationId, provider);
  return {
    clientId: found?.record.clientId ?? null,
    settings: found?.record.settings ?? {},
    secret: { set: found !== null, updatedAt: found?.record.updatedAt ?? null },
    redirectUri: redirectUriOf(provider),
    source: found?.source ?? null,
  };
};

type Given = { clientId: string; clientSecret: string; settings?: Record<string, string> | undefined };

/** Settings the provider knows, each in its form, the others by default. */
const checkedSettings = async (
  provider: string,
  given: Record<string, string>,
): Promise<Record<string, string>> => {
  const { oauth } = await manifestWithOAuth(provider);
  for (const name of Object.keys(given))
    if (!Object.hasOwn(oauth.appSettings, name))
      throw invalidField(`settings.${name}`, 'is not a known field');
  return Object.fromEntries(
    Object.entries(oauth.appSettings).map(([name, { pattern, standard }]) => {
      const value = given[name] ?? standard;
      if (!new RegExp(`^(?:${pattern})$`).test(value))
        throw invalidField(`settings.${name}`, 'does not have the expected form');
      return [name, value];
    }),
  );
};

/** The write that sets an app, its secret sealed for a new version. */
export const appWrite = async (
  source: AppSource,
  organizationId: string,
  provider: string,
  given: Given,
): Promise<Write> => {
  const settings = await checkedSettings(provider, given.settings ?? {});
  const owner = ownerOf(source, organizationId);
  const stands = await get<AppRecord>(keys.app(owner, provider));
  const sealedVersion = (stands?.sealedVersion ?? 0) + 1;
  const sealed = await seal(appPlace(owner, { provider, sealedVersion }), {
    clientSecret: given.clientSecret,
  });
  return {
    put: {
      ...keys.app(owner, provider),
      provider,
      clientId: given.clientId,
      settings,
      updatedAt: isoNow(),
      sealed,
      sealedVersion,
    },
    when: [['sealedVersion', 'absent or =', stands?.sealedVersion ?? 0]],
  };
};

const eventFor = (caller: Caller, provider: string, action: 'app.updated' | 'app.deleted'): Write[] =>
  eventWrites(organizationOf(caller), {
    actor: caller.userId,
    action,
    target: `app:${provider}`,
    provider,
    outcome: 'ok',
    detail: {},
  });

export const setOwnApp = async (caller: Caller, provider: string, given: Given): Promise<void> => {
  const app = await appWrite('organization', caller.organizationId, provider, given);
  await transact([app, ...eventFor(caller, provider, 'app.updated')]);
};

/** An operator's: the app of all organisations that have none of their own. Null removes it. */
export const setEnvironmentApp = async (provider: string, given: Given | null): Promise<void> => {
  await transact([
    given
      ? await appWrite('environment', environmentOwner, provider, given)
      : { delete: keys.app(environmentOwner, provider) },
  ]);
};

export const deleteOwnApp = async (caller: Caller, provider: string): Promise<void> => {
  await manifestWithOAuth(provider);
  await transact([
    {
      delete: keys.app(caller.organizationId, provider),
      when: [['pk', 'exists']],
      otherwise: () => notFound('The OAuth app'),
    },
    ...eventFor(caller, provider, 'app.deleted'),
  ]);
};
