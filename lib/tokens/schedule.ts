import type * as z from 'zod/mini';
import { now } from '../config/clock.ts';
import { manifestOf } from '../connectors/registry.ts';
import { refresh } from '../contract/jobs.ts';
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
/** A job that was queued and lost is due again after this. */
const patience = 10 * 60_000;
const longestDelay = 240;

/** Takes turns between organisations: one with thousands due does not go before one with a single one. */
export const fairly = <T extends { organizationId: string }>(due: readonly T[]): T[] => {
  const queues = [...Map.groupBy(due, ({ organizationId }) => organizationId).values()].map((list) => [
    ...list,
  ]);
  const order: T[] = [];
  while (order.length < due.length)
    for (const queue of queues) {
      const next = queue.shift();
      if (next) order.push(next);
    }
  return order;
};

/** Seconds each is put off, so that a provider is asked no more often than it likes. */
export const spread = (providers: readonly string[], perSecond: ReadonlyMap<string, number>): number[] => {
  const seen = new Map<string, number>();
  return providers.map((provider) => {
    const before = seen.get(provider) ?? 0;
    seen.set(provider, before + 1);
    return Math.min(longestDelay, Math.floor(before / (perSecond.get(provider) ?? 10)));
  });
};

const queue = async (due: readonly DueCredential[], reason: Reason): Promise<void> => {
  const wanted = fairly(
    due.map(({ pk, id, provider, tokenVersion }) => ({
      ...ownerFromKey(pk),
      integrationId: id,
      provider,
      seen: tokenVersion,
    })),
  );
  const providers = [...new Set(wanted.map(({ provider }) => provider))];
  const perSecond = new Map<string, number>();
  for (const provider of providers)
    perSecond.set(provider, (await manifestOf(provider)).oauth?.refresh.perSecond ?? 10);
  const delays = spread(
    wanted.map(({ provider }) => provider),
    perSecond,
  );
  const byDelay = Map.groupBy(
    wanted.map(({ provider: _provider, ...payload }): Payload => ({ ...payload, reason })),
    (_, index) => delays[index] ?? 0,
  );
  for (const [delay, payloads] of byDelay) await sendAll(refresh, payloads, delay);
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
