import { settings } from '../config/env.ts';

/**
 * The times of the protocol. A provider gets its deadline, the function its limit, and the lease outlives
 * both: when it ends, whoever held it is dead. Any other order would let two spend one token.
 */
export const refreshLimits = () => {
  const limits = settings().refresh;
  const { deadline, limit, lease } = limits;
  if (!(deadline < limit && limit < lease))
    throw new Error('Of the refresh settings, deadline < limit < lease must hold.');
  return limits;
};
