import { now } from '../config/clock.ts';
import { tookEffect } from '../store/again.ts';
import { keys } from '../store/keys.ts';
import { write } from '../store/table.ts';

const minute = 60_000;

/**
 * Takes one of the calls a minute we allow ourselves to one tenant of a provider, all workers together; 0, or
 * the milliseconds to wait where they are used up. Without a count nothing is asked.
 */
export const spend = async (provider: string, tenant: string, perMinute: number): Promise<number> => {
  const window = Math.floor(now() / minute);
  const spent = write({
    update: keys.budget(provider, tenant, window),
    add: { used: 1 },
    set: { expiresAt: (window + 10) * 60 },
    when: [['used', 'absent or <', perMinute]],
  });
  return (await tookEffect(spent)) ? 0 : Math.max(1, (window + 1) * minute - now());
};
