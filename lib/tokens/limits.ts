import { settings } from '../config/env.ts';
import { checkRefreshTimes } from '../contract/settings.ts';

/**
 * The times of the protocol. A provider gets its deadline, the function its limit, and the lease outlives
 * both: when it ends, whoever held it is dead. Any other order would let two spend one token.
 */
export const refreshLimits = () => {
  const limits = settings().refresh;
  checkRefreshTimes(limits);
  return limits;
};
