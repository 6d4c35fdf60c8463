import type * as z from 'zod/mini';
import { now } from '../config/clock.ts';
import { manifestOf } from '../connectors/registry.ts';
import { refresh } from '../contract/jobs.ts';
import { keepAlive, recoverIntents, refreshAhead } from '../contract/schedules.ts';
import type { Work } from '../jobs/handle.ts';
import { sendAll } from '../jobs/send.ts';
import { countMetric } from '../log/metric.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { inParallel } from '../model/parallel.ts';
import { postpone } from '../store/credentials.ts';
import { pagesOfDue, stillDue } from '../store/due.ts';
import { ownerFromKey } from '../store/keys.ts';
import type { Due } from '../store/table.ts';

type Payload = z.input<typeof refresh.payload>;
type Reason = 'ahead' | 'keep_alive' | 'recover';
type DueCredential = CredentialRecord & Due;

/** Which part of the index a reason looks at. */
const kinds: Record<Reason, string> = { ahead: 'refresh', keep_alive: 'keep_alive', recover: 'intent' };

const takesAtOnce = 16;
/** A job that was queued and lost is due again after this. What a run had no room for stays due as it was. */
const patience = 10 * 60_000;
/** As far as SQS puts a message off. */
const longestDelay = 900;

/** Seconds over which one run spreads its refreshes: until the next run does so anew. */
export const within: Record<Reason, number> = {
  ahead: Math.min(longestDelay, refreshAhead.every * 60),
  keep_alive: Math.min(longestDelay, keepAlive.every * 60),
  recover: Math.min(longestDelay, recoverIntents.every * 60),
};

/** Takes turns between organisations: one with thousands due does not go before one with a single one. */
export const fairly = <T extends { organizationId: string }>(due: readonly T[]): T[] => {
  const turns = new Map<string, number>();
  const turnOf = ({ organizationId }: T): number => {
    const turn = turns.get(organizationId) ?? 0;
    turns.set(organizationId, turn + 1);
    return turn;
  };
  return due
    .map((one) => ({ one, turn: turnOf(one) }))
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ one }) => one);
};

/**
 * What goes now, each put off by some seconds, so that a provider is asked no more often than it likes.
 * What finds no room before the next run is left to a later one.
 */
export const planned = <T extends { organizationId: string; provider: string }>(
  due: readonly T[],
  perSecond: ReadonlyMap<string, number>,
  seconds: number,
): { one: T; delay: number }[] => {
  const seen = new Map<string, number>();
  return fairly(due).flatMap((one) => {
    const before = seen.get(one.provider) ?? 0;
    seen.set(one.provider, before + 1);
    const delay = Math.floor(before / (perSecond.get(one.provider) ?? 10));
    return delay < seconds ? [{ one, delay }] : [];
  });
};

/** What goes in this run of all that is due, with the seconds it is put off. */
const plannedOf = async (due: readonly DueCredential[], reason: Reason) => {
  const wanted = due.map((credential) => ({
    credential,
    provider: credential.provider,
    ...ownerFromKey(credential.pk),
  }));
  const perSecond = new Map<string, number>();
  for (const provider of new Set(wanted.map((one) => one.provider)))
    perSecond.set(provider, (await manifestOf(provider)).oauth?.refresh.perSecond ?? 10);
  return planned(wanted, perSecond, within[reason]);
};

/** All that is due, longest first; an intent whose lease holds is being worked on. */
const allDue = async (reason: Reason, left: () => number): Promise<DueCredential[]> => {
  const found: DueCredential[] = [];
  for await (const page of pagesOfDue(kinds[reason], { until: now(), left, pageSize: 500 }))
    for (const credential of await stillDue<DueCredential>(page))
      if (reason !== 'recover' || credential.leaseUntil < Date.now()) found.push(credential);
  return found.toSorted((a, b) => a.dueAt - b.dueAt);
};

/** Whether this run has it, and not another: then the next does not take it again. An intent is guarded by its lease. */
const take = async (credential: DueCredential, reason: Reason): Promise<boolean> =>
  reason === 'recover' || postpone(credential, credential.dueAt, now() + patience);

/** Queues a refresh of what is due for this reason, as much as fits before the next run. */
export const queueDue =
  (reason: Reason) =>
  async ({ left }: Work): Promise<void> => {
    const due = await allDue(reason, left);
    if (reason === 'recover') countMetric('OpenIntents', due.length);
    const going = await plannedOf(due, reason);
    // Taken and queued a second's worth at a time: a run that ends early leaves the rest as due as it was.
    for (const [delay, together] of Map.groupBy(going, (one) => one.delay)) {
      if (left() <= 0) return;
      const taken = await inParallel(takesAtOnce, together, ({ one }) => take(one.credential, reason));
      const payloads = together
        .filter((_, index) => taken[index])
        .map(({ one: { organizationId, userId, credential } }): Payload => {
          const { id: integrationId, tokenVersion: seen } = credential;
          return { organizationId, userId, integrationId, seen, reason };
        });
      await sendAll(refresh, payloads, delay);
    }
  };
