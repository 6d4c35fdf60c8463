import type { Caller } from '../model/caller.ts';
import type { Policy } from '../store/policy.ts';
import { managedBy } from './assertion.ts';

/** Who may see a person's activity: the person, admins, and by policy everybody or the person's managers. */
export const viewerOf = (caller: Caller, policy: Policy, assertion: string | undefined) => {
  const managed =
    policy.activity === 'self_and_managers' ? managedBy(caller.userId, assertion) : new Set<string>();
  return (personId: string): boolean =>
    caller.personId === personId ||
    caller.role === 'admin' ||
    policy.activity === 'members' ||
    managed.has(personId);
};
