import type * as z from 'zod/mini';
import type { Policy as PolicyShape } from '../contract/operations/organization.ts';
import { keys } from './keys.ts';
import { get, type Write } from './table.ts';

export type Policy = z.infer<typeof PolicyShape>;

const standard: Policy = { activity: 'self_and_managers', githubOrganizations: [] };

export const readPolicy = async (organizationId: string): Promise<Policy> => {
  const stored = await get<Partial<Policy>>(keys.policy(organizationId));
  return {
    activity: stored?.activity ?? standard.activity,
    githubOrganizations: stored?.githubOrganizations ?? standard.githubOrganizations,
  };
};

export const policyWrite = (organizationId: string, change: Partial<Policy>): Write => ({
  update: keys.policy(organizationId),
  set: change,
});
