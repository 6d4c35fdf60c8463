import { eventWrites } from '../events/record.ts';
import { type Caller, organizationOf } from '../model/caller.ts';
import { type Policy, policyWrite, readPolicy } from '../store/policy.ts';
import { transact } from '../store/table.ts';

/** Changes what was given; the rest stays. */
export const changePolicy = async (
  caller: Caller,
  {
    activity,
    githubOrganizations,
  }: { activity?: Policy['activity'] | undefined; githubOrganizations?: string[] | undefined },
): Promise<Policy> => {
  const stands = await readPolicy(caller.organizationId);
  const policy: Policy = {
    activity: activity ?? stands.activity,
    githubOrganizations: githubOrganizations ?? stands.githubOrganizations,
  };
  const event = eventWrites(organizationOf(caller), {
    actor: caller.userId,
    action: 'policy.updated',
    target: 'policy',
    provider: null,
    outcome: 'ok',
    detail: { ...policy },
  });
  await transact([policyWrite(caller.organizationId, policy), ...event]);
  return policy;
};
