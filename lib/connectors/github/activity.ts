import type { Octokit } from '@octokit/rest';
import * as z from 'zod/mini';
import type { DateRange, PullRequestItem } from '../../model/activity.ts';
import type { ClientCall, CollectActivity } from '../connector.ts';
import { orNull, providerError } from '../refusal.ts';
import { manifest } from './manifest.ts';
import { IssuePage, toPullRequest } from './map.ts';

type Call = ClientCall<Octokit>;

const perPage = 100;
/** GitHub's search shows no more than this many hits of one query. */
const mostHits = 1000;
/** More searches than this are no person's pull requests but a fault. */
const mostSearches = 100;

const within = (time: string | null | undefined, { from, to }: DateRange): boolean =>
  time !== null && time !== undefined && time >= from && time < to;

const inRange = (pull: PullRequestItem, range: DateRange): boolean =>
  within(pull.createdAt, range) || within(pull.updatedAt, range) || within(pull.mergedAt, range);

const seconds = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

/**
 * The pull requests created, updated or merged in the range. All of them were made before its end and
 * touched after its start, so one query finds them, a hundred a call; where it has more hits than
 * GitHub shows, the time of making is halved.
 */
export const pullRequestsOf =
  (call: Call): CollectActivity =>
  async (session, { personId, range, organizations }) => {
    const found = new Map<string, PullRequestItem>();
    let complete = true;
    let searches = 0;

    const page = (q: string, number: number) =>
      call(session, async ({ rest }) => {
        const asked = { q, per_page: perPage, page: number, sort: 'updated', order: 'desc' } as const;
        return z.parse(IssuePage, (await rest.search.issuesAndPullRequests(asked)).data);
      });
    const collect = async (owner: string, since: number, until: number): Promise<void> => {
      const made =
        since === 0 ? `created:<=${seconds(until)}` : `created:${seconds(since)}..${seconds(until)}`;
      const q = `is:pr author:${personId} updated:>=${seconds(Date.parse(range.from))} ${made}${owner}`;
      for (let number = 1; ; number += 1) {
        if (searches === mostSearches) {
          complete = false;
          return;
        }
        searches += 1;
        const { items, total_count, incomplete_results } = await page(q, number);
        if (total_count > mostHits && until - since > 2_000) {
          const start = since || Date.parse('2008-01-01');
          const middle = start + Math.floor((until - start) / 2_000) * 1_000;
          await collect(owner, start, middle);
          await collect(owner, middle + 1_000, until);
          return;
        }
        if (incomplete_results || total_count > mostHits) complete = false;
        for (const issue of items) {
          const pull = toPullRequest(issue);
          if (pull && inRange(pull, range)) found.set(pull.url, pull);
        }
        if (items.length === 0 || number * perPage >= Math.min(total_count, mostHits)) return;
      }
    };

    // One search per owner: several in one query mean any of them or all of them, by GitHub's version of the day.
    const owners = organizations.length === 0 ? [''] : organizations.map((name) => ` org:${name}`);
    const searched: (string | null)[] = [];
    for (const owner of owners)
      searched.push(await orNull(collect(owner, 0, Date.parse(range.to) - 1_000).then(() => owner)));
    // Owners whom this token cannot see have nothing to show by it; where it sees none, something is amiss.
    if (searched.every((owner) => owner === null)) throw providerError(manifest.name, 'provider_not_found');
    return { items: [...found.values()], complete };
  };
