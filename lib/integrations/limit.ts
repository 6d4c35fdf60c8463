import { settings } from '../config/env.ts';
import { AppError, hasCode } from '../errors/error.ts';
import { log } from '../log/log.ts';
import type { Caller } from '../model/caller.ts';
import { digest, keys } from '../store/keys.ts';
import { write } from '../store/table.ts';

const minute = 60_000;

/**
 * Counts a call that reaches a provider: one write to one item per organisation and minute holds the
 * counters of organisation, user and integration, so it is exact under any number of callers. Fails
 * open: when the table does not take the count, the call goes on. Goes by the machine's clock.
 */
export const countProviderCall = async (caller: Caller, integrationId: string | null): Promise<void> => {
  const { perUser, perOrganization, perIntegration } = settings().limits;
  const window = Math.floor(Date.now() / minute);
  const counters: [string, number][] = [
    ['all', perOrganization],
    [`u_${digest(caller.userId)}`, perUser],
    ...(integrationId ? ([[`i_${digest(integrationId)}`, perIntegration]] as [string, number][]) : []),
  ];
  try {
    await write({
      update: keys.rate(caller.organizationId, window),
      add: Object.fromEntries(counters.map(([name]) => [name, 1])),
      set: { expiresAt: (window + 10) * 60 },
      when: counters.map(([name, most]) => [name, 'absent or <', most] as const),
      otherwise: () =>
        new AppError('rate_limited', 'Too many calls that reach a provider in this minute.', {
          retryAfter: ((window + 1) * minute - Date.now()) / 1000,
        }),
    });
  } catch (error) {
    if (!hasCode(error, 'unavailable')) throw error;
    log('warn', 'rate limit not counted', { organization: caller.organizationId });
  }
};
