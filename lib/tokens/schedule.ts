import type * as z from 'zod/mini';
import { now } from '../config/clock.ts';
import { manifestOf } from '../connectors/registry.ts';
import { refresh } from '../contract/jobs.ts';
import { keepAlive, recoverIntents, refreshAhead } from '../contract/schedules.ts';
import type { Work } from '../jobs/handle.ts';
import { sendAll } from '../jobs/send.ts';
import { countMetric } from '../log/metric.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { postpone } from '../store/credentials.ts';
import { type Key, keys, ownerFromKey } from '../store/keys.ts';
import { getMany, queryDue } from '../store/table.ts';

type Payload = z.input<typeof refresh.payload>;
type Reason = 'ahead' | 'keep_alive' | 'recover';
type DueCredential = CredentialRecord & Key & { due?: string; dueAt?: number };

/** Which part of the index a reason looks at. */
const kinds: Record<Reason, string> = { ahead: 'refresh', keep_alive: 'keep_alive', recover: 'intent' };

const atOnce = 500;
/** A job that was queued and lost is due again after this, and so is what a run had no room for. */
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

const queue = async (due: readonly DueCredential[], reason: Reason): Promise<void> => {
  const wanted = due.map(({ pk, id, provider, tokenVersion }) => ({
    ...ownerFromKey(pk),
    integrationId: id,
    provider,
    seen: tokenVersion,
  }));
  const perSecond = new Map<string, number>();
  for (const provider of new Set(wanted.map((one) => one.provider)))
    perSecond.set(provider, (await manifestOf(provider)).oauth?.refresh.perSecond ?? 10);
  const byDelay = Map.groupBy(planned(wanted, perSecond, within[reason]), ({ delay }) => delay);
  for (const [delay, going] of byDelay) {
    const payloads = going.map(
      ({ one: { provider: _provider, ...payload } }): Payload => ({ ...payload, reason }),
    );
    await sendAll(refresh, payloads, delay);
  }
};

/** All that is due in one partition, taken so that the next run does not take it again; an intent is guarded by its lease. */
const takeDue = async (partition: string, reason: Reason, left: () => number): Promise<DueCredential[]> => {
  const taken: DueCredential[] = [];
  for (;;) {
    const due = await queryDue(partition, now(), atOnce);
    const credentials = await getMany<DueCredential>(due.map(({ pk, sk }) => ({ pk, sk })));
    for (const [index, credential] of credentials.entries()) {
      const dueAt = due[index]?.dueAt ?? 0;
      if (!credential || credential.due !== partition || credential.dueAt !== dueAt) continue;
      if (
        reason === 'recover'
          ? credential.leaseUntil < Date.now()
          : await postpone(credential, dueAt, now() + patience)
      )
        taken.push(credential);
    }
    if (reason === 'recover' || due.length < atOnce || left() <= 0) return taken;
  }
};

/** Queues a refresh of everything that is due for this reason. */
export const queueDue =
  (reason: Reason) =>
  async ({ left }: Work): Promise<void> => {
    const partitions = keys.duePartitions(kinds[reason]);
    const taken = await Promise.all(partitions.map((partition) => takeDue(partition, reason, left)));
    const due = taken.flat();
    if (reason === 'recover') countMetric('OpenIntents', due.length);
    await queue(due, reason);
  };
