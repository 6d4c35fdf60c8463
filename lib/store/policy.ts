import type * as z from 'zod/mini';
import type { Policy as PolicyShape } from '../contract/operations/organization.ts';
import { keys } from './keys.ts';
import { get, type Write } from './table.ts';

export type Policy = z.infer<typeof PolicyShape>;

const standard: Policy = { activity: 'self_and_managers', githubOrganizations: [] };

export const readPolicy = async (organizationId: string): Promise<Policy> => {
  const stored = await get<Policy>(keys.policy(organizationId));
  return stored ? { activity: stored.activity, githubOrganizations: stored.githubOrganizations } : standard;
};

export const policyWrite = (organizationId: string, policy: Policy): Write => ({
  put: { ...keys.policy(organizationId), ...policy },
});
