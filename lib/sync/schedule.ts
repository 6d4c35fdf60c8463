import { now } from '../config/clock.ts';
import { AppError } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import type { Caller } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import type { Interval } from '../model/sync.ts';
import { limitsOf } from '../plans/limits.ts';
import { again } from '../store/again.ts';
import { ownerOf } from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { dueChange, findSync, unlessDeleted } from '../store/syncs.ts';
import { transact } from '../store/table.ts';
import { newState } from './begin.ts';
import { syncFactsOf } from './syncs.ts';
import { firstRun, lengthOf } from './timing.ts';
import { scheduleView } from './view.ts';

export const readSchedule = async (caller: Caller, id: string) =>
  scheduleView(await findSync(ownerOf(caller, id), id));

/**
 * Sets the interval; an interval the plan does not include is refused. A run that goes on is not touched, and one
 * that begins or ends at the same moment is waited for.
 */
export const setSchedule = async (
  caller: Caller,
  { id, provider, name }: IntegrationRecord,
  interval: Interval,
) => {
  await syncFactsOf(provider);
  const { minInterval, priority } = limitsOf(caller);
  const length = lengthOf(interval);
  if (minInterval !== null && length !== null && length < (lengthOf(minInterval) ?? 0))
    throw new AppError('plan_required', `The plan allows syncs ${minInterval} at most.`, {
      errors: [{ path: 'interval', message: `must be ${minInterval} or rarer for this plan` }],
    });
  const owner = ownerOf(caller, id);
  return again(async () => {
    const state = (await findSync(owner, id)) ?? newState(id, provider);
    const nextSyncAt = firstRun(interval, id, now());
    const { interval: _i, priority: _p, nextSyncAt: _n, running: _r, ...first } = newState(id, provider);
    // While a run goes on the index looks after it; its end sets when the next is due.
    const due =
      state.running === null
        ? dueChange({ integrationId: id, priority }, nextSyncAt)
        : { set: {}, remove: [] };
    await transact([
      {
        update: keys.sync(owner, id),
        setOnce: { ...first, ...(state.running === null && { running: null }) },
        set: { interval, priority, nextSyncAt, ...due.set },
        remove: due.remove,
        when: [['running', 'absent or =', state.running]],
      },
      unlessDeleted(owner, id),
      ...eventWrites(owner, {
        actor: caller.userId,
        action: 'sync.scheduled',
        target: id,
        provider,
        outcome: 'ok',
        detail: { name, interval },
      }),
    ]);
    return scheduleView({ ...state, interval, nextSyncAt });
  });
};
