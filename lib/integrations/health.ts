import type { Health, IntegrationRecord } from '../model/integration.ts';

/** Derived, never stored: from the flag a person sets, the state, and its cause. */
export const healthOf = ({
  enabled,
  state,
  cause,
}: Pick<IntegrationRecord, 'enabled' | 'state' | 'cause'>): Health => {
  if (!enabled) return 'disabled';
  if (state !== 'active') return state;
  return cause === null ? 'healthy' : 'degraded';
};
