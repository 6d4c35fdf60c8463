import { settings } from '../config/env.ts';
import type { PlanLimits } from '../contract/settings.ts';
import { AppError } from '../errors/error.ts';
import type { Caller, Owner } from '../model/caller.ts';
import { listIntegrations } from '../store/integrations.ts';

const unlimited: PlanLimits = { integrations: null, minInterval: null, priority: false };

/** What the caller's plan allows, null without bound; a plan the environment does not name bounds nothing. */
export const limitsOf = ({ plan }: Pick<Caller, 'plan'>): PlanLimits => {
  const { plans } = settings();
  const name = (plan ?? 'none').toLowerCase();
  return (Object.hasOwn(plans, name) ? plans[name] : undefined) ?? unlimited;
};

/** Refuses one integration more than the plan includes. */
export const requireRoomFor = (most: number | null, existing: number): void => {
  if (most !== null && existing >= most)
    throw new AppError('plan_required', `The plan includes ${most} integrations.`);
};

/** The same before a provider is asked; who stores counts again. */
export const requireRoom = async (caller: Caller, owner: Owner): Promise<void> => {
  const { integrations } = limitsOf(caller);
  if (integrations !== null) requireRoomFor(integrations, (await listIntegrations(owner)).length);
};
