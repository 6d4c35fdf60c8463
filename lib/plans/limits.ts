import { settings } from '../config/env.ts';
import type { PlanLimits } from '../contract/settings.ts';
import type { Caller } from '../model/caller.ts';

const unlimited: PlanLimits = { integrations: null, minInterval: null, priority: false };

/** What the caller's plan allows, null without bound; a plan the environment does not name bounds nothing. */
export const limitsOf = ({ plan }: Pick<Caller, 'plan'>): PlanLimits => {
  const { plans } = settings();
  const name = plan ?? 'none';
  return (Object.hasOwn(plans, name) ? plans[name] : undefined) ?? unlimited;
};
