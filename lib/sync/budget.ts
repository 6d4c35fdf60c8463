import { AppError } from '../errors/error.ts';
import { keys } from '../store/keys.ts';
import { write } from '../store/table.ts';

const minute = 60_000;

/**
 * Takes one of the calls a minute we allow ourselves to one tenant of a provider, all workers together.
 * Fails closed: without a count nothing is asked. Goes by the machine's clock, as the provider does.
 */
export const spend = async (provider: string, tenant: string, perMinute: number): Promise<void> => {
  const window = Math.floor(Date.now() / minute);
  await write({
    update: keys.budget(provider, tenant, window),
    add: { used: 1 },
    set: { expiresAt: (window + 10) * 60 },
    when: [['used', 'absent or <', perMinute]],
    otherwise: () =>
      new AppError('provider_rate_limited', 'The calls we allow ourselves in this minute are used up.', {
        retryAfter: ((window + 1) * minute - Date.now()) / 1000,
      }),
  });
};
