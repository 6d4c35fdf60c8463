import type * as z from 'zod/mini';
import type { runMigration } from '../contract/operations/migration.ts';
import { asAppError } from '../errors/error.ts';
import type { LegacyCredential, LegacyLink } from './rows.ts';
import type { Mark } from './status.ts';

/** What becomes of what was sent, in the words of the contract. */

export type Outcome = z.input<typeof runMigration.answers.ok.body>;
export type CredentialOutcome = Outcome['integrations'][number];
export type LinkOutcome = Outcome['links'][number];

export const outcomeOf = (
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

export const failed = (credential: LegacyCredential, error: unknown): CredentialOutcome => {
  const { code, message } = asAppError(error);
  return outcomeOf(credential, 'failed', { code, detail: message });
};

export const already = (credential: LegacyCredential, mark: Mark): CredentialOutcome =>
  outcomeOf(credential, 'already_migrated', { integrationId: mark.integrationId });

export const linkOutcome = (
  link: LegacyLink,
  outcome: LinkOutcome['outcome'],
  more: Partial<LinkOutcome> = {},
): LinkOutcome => ({ ...link, outcome, code: null, linkId: null, ...more });
