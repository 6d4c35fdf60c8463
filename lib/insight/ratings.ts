import { isoNow } from '../config/clock.ts';
import { notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import type { Caller } from '../model/caller.ts';
import { findIntegration, ownerOf } from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { queryAll, transact } from '../store/table.ts';

export type Rating = {
  integrationId: string;
  provider: string;
  userId: string;
  stars: number;
  comment: string | null;
  ratedAt: string;
};

/** One a member and integration; a second one takes the place of the first. */
export const rate = async (
  caller: Caller,
  id: string,
  { stars, comment = null }: { stars: number; comment?: string | null | undefined },
) => {
  const owner = ownerOf(caller, id);
  const integration = await findIntegration(owner, id);
  if (!integration) throw notFound('The integration');
  const { organizationId, userId } = caller;
  const { provider } = integration;
  const rating: Rating = { integrationId: id, provider, userId, stars, comment, ratedAt: isoNow() };
  await transact([
    { put: { ...keys.rating(organizationId, id, userId), ...rating } },
    { check: keys.integration(owner, id), when: [['pk', 'exists']] },
    ...eventWrites(owner, {
      actor: userId,
      action: 'rating.given',
      target: id,
      provider,
      outcome: 'ok',
      detail: { stars },
    }),
  ]);
  return { rating };
};

export const ratingsIn = (organizationId: string): Promise<Rating[]> =>
  queryAll<Rating>(keys.ratingsOf(organizationId));

export const meanOf = (ratings: readonly Rating[]): number =>
  ratings.reduce((sum, { stars }) => sum + stars, 0) / ratings.length;

/** Of the organisation's integrations; what members think of their own is told by the usage report as a figure alone. */
export const listRatingsFor = async (caller: Caller) => {
  const all = await ratingsIn(caller.organizationId);
  const shared = all.filter(({ integrationId }) => ownerOf(caller, integrationId).userId === null);
  const byIntegration = Map.groupBy(shared, ({ integrationId }) => integrationId);
  return {
    ratings: [...byIntegration].map(([integrationId, ratings]) => ({
      integrationId,
      provider: ratings[0]?.provider ?? '',
      count: ratings.length,
      mean: meanOf(ratings),
      comments: ratings
        .filter(({ comment }) => comment !== null)
        .map(({ stars, comment, ratedAt }) => ({ stars, comment, ratedAt })),
    })),
  };
};
