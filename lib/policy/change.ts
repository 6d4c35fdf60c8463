import { eventWrites } from '../events/record.ts';
import { type Caller, organizationOf } from '../model/caller.ts';
import { type Policy, policyWrite, readPolicy } from '../store/policy.ts';
import { transact } from '../store/table.ts';

type Given = { [Name in keyof Policy]?: Policy[Name] | undefined };

/** Changes what was given; the rest stays, also what somebody else changes at the same moment. */
export const changePolicy = async (caller: Caller, given: Given): Promise<Policy> => {
  const change = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (Object.keys(change).length > 0) {
    const event = eventWrites(organizationOf(caller), {
      actor: caller.userId,
      action: 'policy.updated',
      target: 'policy',
      provider: null,
      outcome: 'ok',
      detail: change,
    });
    await transact([policyWrite(caller.organizationId, change), ...event]);
  }
  return readPolicy(caller.organizationId);
};
