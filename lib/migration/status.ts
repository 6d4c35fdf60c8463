import { isoNow } from '../config/clock.ts';
import { AppError } from '../errors/error.ts';
import { type Caller, type Owner, selfOf } from '../model/caller.ts';
import { type Key, keys } from '../store/keys.ts';
import { getMany, queryAll, type Write } from '../store/table.ts';

/** A mark per migrated credential, in the user's own partition, made with the integration in one transaction. */
export type Mark = { source: string; provider: string; integrationId: string; at: string };

export const marksOf = async (caller: Caller): Promise<Map<string, Mark>> => {
  const marks = await queryAll<Mark>(keys.migratedOf(selfOf(caller)));
  return new Map(marks.map((mark) => [mark.source, mark]));
};

/** Fails where the credential has its mark already. */
export const markWrite = (
  owner: Owner,
  { source, provider }: Pick<Mark, 'source' | 'provider'>,
  integrationId: string,
): Write => ({
  put: { ...keys.migrated(owner, source), source, provider, integrationId, at: isoNow() } satisfies Key &
    Mark,
  when: [['pk', 'absent']],
  otherwise: () => new AppError('already_connected', 'This credential is being migrated by another call.'),
});

/** Of the two tables every user may have a row in. */
export const statusFor = async (caller: Caller) => {
  const wanted = ['jira', 'github'].map((source) => keys.migrated(selfOf(caller), source));
  const [jira, github] = await getMany<Mark>(wanted);
  return {
    jira: jira ? ('migrated' as const) : ('none' as const),
    github: github ? ('migrated' as const) : ('none' as const),
  };
};
