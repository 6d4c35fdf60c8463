import type { Manifest } from '../connectors/connector.ts';
import { AppError, asAppError, hasCode } from '../errors/error.ts';
import type { Tried } from '../integrations/attempt.ts';
import { insertIntegration } from '../integrations/insert.ts';
import { countProviderCall } from '../integrations/limit.ts';
import { tryCredentialsOf } from '../integrations/trying.ts';
import { makeLink } from '../links/create.ts';
import { type Caller, selfOf } from '../model/caller.ts';
import { inParallel } from '../model/parallel.ts';
import { keys } from '../store/keys.ts';
import { getMany, transact } from '../store/table.ts';
import { checked, passphraseFor } from './legacy-values.ts';
import {
  already,
  type CredentialOutcome,
  failed,
  type LinkOutcome,
  linkOutcome,
  type Outcome,
  outcomeOf,
} from './outcome.ts';
import { credentialsIn, type LegacyCredential, type LegacyLink, linksIn, type Rows } from './rows.ts';
import { marksOf, markWrite } from './status.ts';

/** A request ends at 29 s; what then is not begun is told. */
const patience = 24_000;

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
      askedAt: null,
      // Its mark tells a repeat that it was migrated.
      call: null,
      // What they had already, no plan takes away.
      most: null,
      also: (integrationId) => [markWrite(owner, credential, integrationId)],
    });
    const account = made.account?.name ?? null;
    return outcomeOf(credential, 'migrated', { integrationId: made.id, name: made.name, account });
  } catch (error) {
    if (!hasCode(error, 'already_connected')) throw error;
    // Another call was faster, or the person connected this very account anew: that one counts.
    const { tenant, account } = tried.identity;
    const [mark, taken] = await getMany<{ integrationId?: string; id?: string }>([
      keys.migrated(owner, source),
      keys.upstream(owner, manifest.id, tenant, account.id),
    ]);
    const integrationId = mark?.integrationId ?? taken?.id;
    if (integrationId === undefined) throw error;
    if (!mark) await transact([markWrite(owner, credential, integrationId)]);
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
    [...marks.values()].find((mark) => mark.provider === provider)?.integrationId ??
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
