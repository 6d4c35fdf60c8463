import { invalidField } from '../errors/error.ts';
import type { Caller } from '../model/caller.ts';
import { keys } from '../store/keys.ts';
import { queryAll } from '../store/table.ts';
import { actionCounter, type Counters, failureCounter } from './count.ts';
import { meanOf, ratingsIn } from './ratings.ts';
import { counterOf, sumsOf } from './stats.ts';

const day = 86_400_000;
const mostDays = 366;

const named = (rows: readonly Counters[], prefix: string): Record<string, number> => {
  const names = new Set(rows.flatMap((row) => Object.keys(row)).filter((name) => name.startsWith(prefix)));
  return Object.fromEntries(
    [...names]
      .toSorted((a, b) => a.localeCompare(b))
      .map((name) => [name.slice(prefix.length), counterOf(rows, name)]),
  );
};

/** How each provider was used in a range of days, both included: what was counted from the events, no more. */
export const usageFor = async (caller: Caller, { from, to }: { from: string; to: string }) => {
  const days = (Date.parse(to) - Date.parse(from)) / day + 1;
  if (days < 1) throw invalidField('to', 'must not be before from');
  if (days > mostDays) throw invalidField('to', `must be at most ${mostDays} days after from`);
  const { organizationId } = caller;
  const [counted, sums, adopters, members, ratings] = await Promise.all([
    queryAll<Counters>(keys.days(organizationId, from, to)),
    sumsOf(organizationId),
    queryAll<{ provider: string; user: string }>(keys.adoptersOf(organizationId)),
    queryAll<object>(keys.actorsOf(organizationId)),
    ratingsIn(organizationId),
  ]);
  const providers = [...new Set([...counted, ...sums].map(({ provider = '' }) => provider))].toSorted(
    (a, b) => a.localeCompare(b),
  );
  return {
    from,
    to,
    providers: providers.map((provider) => {
      const rows = counted.filter((row) => row.provider === provider);
      const syncs = counterOf(rows, actionCounter('sync.finished'));
      const failed = counterOf(rows, failureCounter('sync.finished'));
      const all = Object.values(named(rows, 'a_')).reduce((sum, count) => sum + count, 0);
      const failures = Object.values(named(rows, 'f_')).reduce((sum, count) => sum + count, 0);
      const own = adopters.filter((one) => one.provider === provider);
      const users = new Set(own.map(({ user }) => user)).size;
      const rated = ratings.filter((one) => one.provider === provider);
      return {
        provider,
        connections: counterOf(
          sums.filter((row) => row.provider === provider),
          'connections',
        ),
        connected: counterOf(rows, actionCounter('integration.created')),
        disconnected: counterOf(rows, actionCounter('integration.deleted')),
        adoption: { users, members: members.length, share: users === 0 ? 0 : users / members.length },
        operations: named(rows, 'a_'),
        syncs: { succeeded: syncs - failed, failed, perDay: syncs / days },
        errorRate: all === 0 ? 0 : failures / all,
        items: named(rows, 'i_'),
        rating: { count: rated.length, mean: rated.length === 0 ? null : meanOf(rated) },
      };
    }),
  };
};
