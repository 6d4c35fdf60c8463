import type * as z from 'zod/mini';
import type { AuthMethod, Manifest } from '../connectors/connector.ts';
import { findManifest } from '../connectors/registry.ts';
import type { runMigration } from '../contract/operations/migration.ts';
import { environmentSecret } from '../environment/secrets.ts';
import { AppError, asAppError } from '../errors/error.ts';
import { type Tried, tryCredentialsOf } from '../integrations/attempt.ts';
import { authMethod, checkFields, type FieldValues } from '../integrations/fields.ts';
import { insertIntegration } from '../integrations/insert.ts';
import { countProviderCall } from '../integrations/limit.ts';
import { makeLink } from '../links/create.ts';
import { type Caller, selfOf } from '../model/caller.ts';
import { inParallel } from '../model/parallel.ts';
import { keys } from '../store/keys.ts';
import { getMany, transact } from '../store/table.ts';
import {
  credentialsIn,
  type LegacyCredential,
  type LegacyLink,
  linksIn,
  needsPassphrase,
  openedFields,
  type Rows,
} from './rows.ts';
import { type Mark, marksOf, markWrite } from './status.ts';

type Outcome = z.input<typeof runMigration.answers.ok.body>;
type CredentialOutcome = Outcome['integrations'][number];
type LinkOutcome = Outcome['links'][number];

const patience = 24_000;

const passphraseFor = async (credentials: readonly LegacyCredential[]): Promise<string> => {
  if (!needsPassphrase(credentials)) return '';
  const passphrase = await environmentSecret('legacy_passphrase');
  if (passphrase === null)
    throw new AppError('conflict', 'The legacy passphrase of this environment is not set.');
  return passphrase;
};

/** What a legacy credential would connect with, checked as if it were typed in. */
const checked = async (
  { provider, auth, fields }: LegacyCredential,
  passphrase: string,
): Promise<{ manifest: Manifest; method: AuthMethod; values: FieldValues }> => {
  const manifest = await findManifest(provider);
  if (manifest?.status !== 'available')
    throw new AppError('provider_not_available', 'This provider cannot be connected.');
  const method = authMethod(manifest, auth);
  const opened = openedFields(fields, passphrase);
  const of = (part: 'settings' | 'credentials') =>
    Object.fromEntries(
      method.fields.filter((field) => field.in === part).map(({ name }) => [name, opened[name] ?? null]),
    );
  return {
    manifest,
    method,
    values: checkFields(manifest, method, { settings: of('settings'), credentials: of('credentials') }),
  };
};

const outcomeOf = (
  { provider, rowId }: LegacyCredential,
  outcome: CredentialOutcome['outcome'],
  more: Partial<CredentialOutcome> = {},
): CredentialOutcome => ({
  provider,
  source: rowId,
  outcome,
  code: null,
  detail: null,
  integrationId: null,
  name: null,
  account: null,
  ...more,
});

const failed = (credential: LegacyCredential, error: unknown): CredentialOutcome => {
  const { code, message } = asAppError(error);
  return outcomeOf(credential, 'failed', { code, detail: message });
};

const linkOutcome = (
  link: LegacyLink,
  outcome: LinkOutcome['outcome'],
  more: Partial<LinkOutcome> = {},
): LinkOutcome => ({ ...link, outcome, code: null, linkId: null, ...more });

const already = (credential: LegacyCredential, mark: Mark): CredentialOutcome =>
  outcomeOf(credential, 'already_migrated', { integrationId: mark.integrationId });

/** What a migration would do, as far as can be said without asking a provider or writing anything. */
export const preview = async (caller: Caller, rows: Rows): Promise<Outcome> => {
  const credentials = credentialsIn(rows);
  const [marks, passphrase] = await Promise.all([marksOf(caller), passphraseFor(credentials)]);
  const integrations = await Promise.all(
    credentials.map(async (credential): Promise<CredentialOutcome> => {
      const mark = marks.get(credential.source);
      if (mark) return already(credential, mark);
      try {
        const { manifest } = await checked(credential, passphrase);
        return outcomeOf(credential, 'would_migrate', { name: credential.name ?? manifest.name });
      } catch (error) {
        return failed(credential, error);
      }
    }),
  );
  const reachable = new Set([
    ...integrations.filter(({ outcome }) => outcome === 'would_migrate').map(({ provider }) => provider),
    ...marks.keys(),
  ]);
  return {
    needsMigration: integrations.some(({ outcome }) => outcome !== 'already_migrated'),
    integrations,
    links: linksIn(rows).map((link) =>
      reachable.has(link.provider)
        ? linkOutcome(link, 'would_migrate')
        : linkOutcome(link, 'failed', { code: 'not_found' }),
    ),
  };
};

/** Stores what was tried with its mark in one transaction, so that repeating makes no second. */
const insertMarked = async (
  caller: Caller,
  credential: LegacyCredential,
  manifest: Manifest,
  tried: Tried,
): Promise<CredentialOutcome> => {
  const owner = selfOf(caller);
  const { source, name } = credential;
  try {
    const made = await insertIntegration({
      owner,
      actor: caller.userId,
      manifest,
      name,
      tried,
      app: null,
      // Its mark tells a repeat that it was migrated.
      call: null,
      also: (integrationId) => [markWrite(owner, source, integrationId)],
    });
    const account = made.account?.name ?? null;
    return outcomeOf(credential, 'migrated', { integrationId: made.id, name: made.name, account });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'already_connected') throw error;
    // Another call was faster, or the person connected this very account anew: that one counts.
    const { tenant, account } = tried.identity;
    const [mark, taken] = await getMany<{ integrationId?: string; id?: string }>([
      keys.migrated(owner, source),
      keys.upstream(owner, manifest.id, tenant, account.id),
    ]);
    const integrationId = mark?.integrationId ?? taken?.id;
    if (integrationId === undefined) throw error;
    if (!mark) await transact([markWrite(owner, source, integrationId)]);
    return outcomeOf(credential, 'already_migrated', { integrationId });
  }
};

/** One credential, tried before anything of it is stored; what fails is told and leaves nothing behind. */
const migrateOne = async (
  caller: Caller,
  credential: LegacyCredential,
  passphrase: string,
): Promise<CredentialOutcome> => {
  try {
    const { manifest, method, values } = await checked(credential, passphrase);
    await countProviderCall(caller, null);
    const tried = await tryCredentialsOf(manifest, method.kind, values);
    return await insertMarked(caller, credential, manifest, tried);
  } catch (error) {
    return failed(credential, error);
  }
};

const migrateLink = async (
  caller: Caller,
  link: LegacyLink,
  integrationId: string | null,
): Promise<LinkOutcome> => {
  if (integrationId === null) return linkOutcome(link, 'failed', { code: 'not_found' });
  try {
    const wanted = {
      entity: { type: 'Person' as const, id: link.personId },
      integrationId,
      external: { type: 'person' as const, id: link.externalId },
    };
    const made = await makeLink(caller, wanted, null);
    return 'created' in made
      ? linkOutcome(link, 'migrated', { linkId: made.created.link.id })
      : linkOutcome(link, 'already_migrated', { linkId: made.existing.link.id });
  } catch (error) {
    return linkOutcome(link, 'failed', { code: asAppError(error).code });
  }
};

/** Migrates what was sent; what fails or finds no time is told, and may be sent again. */
export const migrate = async (caller: Caller, rows: Rows): Promise<Outcome> => {
  const deadline = Date.now() + patience;
  const credentials = credentialsIn(rows);
  const [marks, passphrase] = await Promise.all([marksOf(caller), passphraseFor(credentials)]);
  const late = (): boolean => Date.now() > deadline;
  const integrations = await inParallel(3, credentials, async (credential) => {
    const mark = marks.get(credential.source);
    if (mark) return already(credential, mark);
    return late()
      ? failed(credential, new AppError('deadline_exceeded', 'There was no time left for it: send it again.'))
      : migrateOne(caller, credential, passphrase);
  });
  const idOf = (provider: string): string | null =>
    integrations.find((one) => one.provider === provider && one.integrationId)?.integrationId ??
    marks.get(provider)?.integrationId ??
    null;
  const links = await inParallel(5, linksIn(rows), async (link) =>
    late()
      ? linkOutcome(link, 'failed', { code: 'deadline_exceeded' })
      : migrateLink(caller, link, idOf(link.provider)),
  );
  return {
    needsMigration: integrations.some(({ outcome }) => outcome === 'failed'),
    integrations,
    links,
  };
};
