import { nextDue } from '../../lib/tokens/due.ts';
import { freshnessOf, isUsedLate } from '../../lib/tokens/freshness.ts';
import { planned, within } from '../../lib/tokens/schedule.ts';
import {
  chooseProvider,
  day,
  gap,
  minute,
  organizationOf,
  providers,
  randomFrom,
  session,
  startOf,
  usedOnADay,
} from './world.ts';

/**
 * A month of refreshing on a simulated clock. When a token is refreshed, and which ones a schedule takes in
 * which order, the product's own functions decide; the simulation only lets people come and time pass.
 */

export type Month = {
  connections: number;
  /** Refreshes, by what asked for them. */
  calls: { use: number; ahead: number; keep_alive: number };
  /** Access tokens that somebody used. */
  tokensUsed: number;
  /** Uses that met an expired token, and had to wait. */
  waited: number;
  uses: number;
  /** Conditional writes to credential items: claims, commits, notes of a use, and what a schedule put off. */
  writes: number;
  /** Refresh tokens that were left until they were dead. */
  lapsed: number;
  /** The most keep-alives one connection got. */
  mostKeptAlive: number;
  /** The most scheduled refreshes of a provider in a second, over what it likes. */
  worstRate: number;
};

const tick = 2 * minute;
const ticksADay = day / tick;
const kinds = ['refresh', 'keep_alive'] as const;
type Kind = (typeof kinds)[number];

export const simulate = (connections: number, days: number, share = 1, seed = 1): Month => {
  const random = randomFrom(seed);
  const month: Month = {
    connections,
    calls: { use: 0, ahead: 0, keep_alive: 0 },
    tokensUsed: 0,
    waited: 0,
    uses: 0,
    writes: 0,
    lapsed: 0,
    mostKeptAlive: 0,
    worstRate: 0,
  };
  const all = Array.from({ length: connections }, (_, index) => index);
  const float = (): Float64Array => new Float64Array(connections);
  const [expiresAt, refreshedAt, dueAt, useAt, sessionEnd] = [float(), float(), float(), float(), float()];
  const [version, keptAlive] = [new Int32Array(connections), new Uint16Array(connections)];
  const [ahead, used, providerOf] = [0, 1, 2].map(() => new Uint8Array(connections)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const dueKind: (Kind | null)[] = all.map(() => null);
  const ticks = days * ticksADay;
  const buckets = { use: new Map<number, number[]>(), due: new Map<number, number[]>() };
  const enter = (what: 'use' | 'due', at: number, id: number): void => {
    const bucket = Math.max(0, Math.ceil(at / tick));
    const list = buckets[what].get(bucket);
    if (list) list.push(id);
    else buckets[what].set(bucket, [id]);
  };

  const providerAt = (id: number): (typeof providers)[number] =>
    providers[providerOf[id] ?? 0] ?? providers[0];
  const recordOf = (id: number) => ({
    // As random as the product's ids, by which it spreads what is due.
    id: `int_o_${(Math.imul(id + 1, 0x9e3779b1) >>> 0).toString(36)}`,
    tokenVersion: version[id] ?? 0,
    accessExpiresAt: expiresAt[id] ?? 0,
    accessLifetime: providerAt(id).lifetime,
    refreshable: true,
    refreshedAt: refreshedAt[id] ?? 0,
    aheadRefreshed: ahead[id] === 1,
    enabled: true,
  });
  const plan = (id: number): void => {
    const due = nextDue(recordOf(id), providerAt(id).refreshTtlDays, true);
    dueKind[id] = kinds.find((kind) => due?.due.startsWith(kind)) ?? null;
    dueAt[id] = due?.dueAt ?? 0;
    if (due) enter('due', due.dueAt, id);
  };
  const refresh = (id: number, at: number, reason: keyof Month['calls']): void => {
    const { lifetime, refreshTtlDays } = providerAt(id);
    if (refreshTtlDays !== null && at - (refreshedAt[id] ?? 0) > refreshTtlDays * day) month.lapsed += 1;
    month.calls[reason] += 1;
    month.writes += 2;
    version[id] = (version[id] ?? 0) + 1;
    expiresAt[id] = at + lifetime;
    refreshedAt[id] = at;
    ahead[id] = reason === 'ahead' || (reason === 'keep_alive' && ahead[id] === 1) ? 1 : 0;
    used[id] = 0;
    plan(id);
  };
  const use = (id: number): void => {
    const at = useAt[id] ?? 0;
    month.uses += 1;
    const credential = recordOf(id);
    const freshness = freshnessOf(credential, at);
    if (freshness === 'expired') {
      month.waited += 1;
      refresh(id, at, 'use');
    }
    if (used[id] === 0) month.tokensUsed += 1;
    used[id] = 1;
    if (freshness === 'stale') refresh(id, at, 'use');
    if (freshness === 'fresh' && credential.aheadRefreshed && isUsedLate(credential, at)) {
      month.writes += 1;
      ahead[id] = 0;
      plan(id);
    }
    const next = at - gap * Math.log(1 - random());
    if (next > (sessionEnd[id] ?? 0)) return;
    useAt[id] = next;
    enter('use', next, id);
  };
  const runSchedule = (kind: Kind, ids: readonly number[], now: number): void => {
    const reason = kind === 'refresh' ? 'ahead' : 'keep_alive';
    const wanted = ids.map((id) => ({
      id,
      organizationId: `org_${organizationOf(id, connections)}`,
      provider: providerAt(id).id,
    }));
    const perSecond = new Map(providers.map((one) => [one.id, Math.max(1, one.perSecond * share)]));
    const rates = new Map<string, number>();
    const sent = new Set<number>();
    for (const { one, delay } of planned(wanted, perSecond, within[reason])) {
      month.writes += 1;
      const second = `${one.provider} ${delay}`;
      rates.set(second, (rates.get(second) ?? 0) + 1);
      month.worstRate = Math.max(
        month.worstRate,
        (rates.get(second) ?? 0) / Math.ceil(perSecond.get(one.provider) ?? 1),
      );
      if (reason === 'keep_alive') {
        keptAlive[one.id] = (keptAlive[one.id] ?? 0) + 1;
        if (one.provider !== 'short')
          month.mostKeptAlive = Math.max(month.mostKeptAlive, keptAlive[one.id] ?? 0);
      }
      sent.add(one.id);
      refresh(one.id, now + delay * 1000, reason);
    }
    for (const id of ids) {
      // What found no room stays due, and the next run comes to it.
      if (!sent.has(id)) enter('due', now + tick, id);
    }
  };

  // A month before, they were connected or kept alive, one by one.
  for (const id of all) {
    providerOf[id] = chooseProvider(random);
    const { lifetime, refreshTtlDays } = providerAt(id);
    const life = Math.min(30, ((refreshTtlDays ?? 45) * 2) / 3);
    refreshedAt[id] = -random() * life * day;
    expiresAt[id] = (refreshedAt[id] ?? 0) + lifetime;
    ahead[id] = 1;
    used[id] = 1;
    plan(id);
  }
  for (let now = 0; now < ticks; now += 1) {
    if (now % ticksADay === 0)
      for (const id of all) {
        if (random() >= usedOnADay) continue;
        const start = now * tick + startOf(random);
        useAt[id] = start;
        sessionEnd[id] = start + session;
        enter('use', start, id);
      }
    for (const id of buckets.use.get(now) ?? []) use(id);
    buckets.use.delete(now);
    const due = [...new Set(buckets.due.get(now))].filter((id) => (dueAt[id] ?? 0) <= now * tick);
    buckets.due.delete(now);
    const soon = due.filter((id) => dueKind[id] === 'refresh');
    const idle = due.filter((id) => dueKind[id] === 'keep_alive');
    runSchedule('refresh', soon, now * tick);
    if (now % 30 === 0) runSchedule('keep_alive', idle, now * tick);
    else for (const id of idle) enter('due', Math.ceil(now / 30) * 30 * tick, id);
  }
  return month;
};
