import type { Caller } from '../model/caller.ts';
import { inParallel } from '../model/parallel.ts';
import { linksOfEntity } from '../store/links.ts';
import { checked, passphraseFor } from './legacy-values.ts';
import { already, type CredentialOutcome, failed, linkOutcome, type Outcome, outcomeOf } from './outcome.ts';
import { credentialsIn, type LegacyLink, linksIn, type Rows } from './rows.ts';
import { marksOf } from './status.ts';

const standingLink = async (caller: Caller, link: LegacyLink, integrationId: string) =>
  (await linksOfEntity(caller, { type: 'Person', id: link.personId })).find(
    (one) => one.integrationId === integrationId && one.external.id === link.externalId,
  );

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
    ...[...marks.values()].map(({ provider }) => provider),
  ]);
  return {
    needsMigration: integrations.some(({ outcome }) => outcome !== 'already_migrated'),
    integrations,
    links: await inParallel(5, linksIn(rows), async (link) => {
      if (!reachable.has(link.provider)) return linkOutcome(link, 'failed', { code: 'not_found' });
      const mark = [...marks.values()].find(({ provider }) => provider === link.provider);
      const stands = mark && (await standingLink(caller, link, mark.integrationId));
      return stands
        ? linkOutcome(link, 'already_migrated', { linkId: stands.id })
        : linkOutcome(link, 'would_migrate');
    }),
  };
};
