import { type Caller, selfOf } from '../model/caller.ts';
import { keys } from '../store/keys.ts';
import { getMany, queryAll } from '../store/table.ts';

/** A mark per migrated credential, in the user's own partition, made with the integration in one transaction. */
export type Mark = { source: string; integrationId: string; at: string };

export const marksOf = async (caller: Caller): Promise<Map<string, Mark>> => {
  const marks = await queryAll<Mark>(keys.migratedOf(selfOf(caller)));
  return new Map(marks.map((mark) => [mark.source, mark]));
};

/** Of the two tables every user may have a row in. */
export const statusFor = async (caller: Caller) => {
  const wanted = ['jira', 'github'].map((source) => keys.migrated(selfOf(caller), source));
  const [jira, github] = await getMany<Mark>(wanted);
  return {
    jira: jira ? ('migrated' as const) : ('none' as const),
    github: github ? ('migrated' as const) : ('none' as const),
  };
};
