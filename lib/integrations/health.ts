import type { Health, IntegrationRecord } from '../model/integration.ts';

/** Whether what is kept of it may be old: it needs a person, or its provider is down. */
export const mayBeOld = ({ state, cause }: Pick<IntegrationRecord, 'state' | 'cause'>): boolean =>
  state !== 'active' || cause === 'provider_outage';

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
