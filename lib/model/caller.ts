/** Who calls, from verified claims alone. */
export type Caller = {
  kind: 'user';
  userId: string;
  organizationId: string;
  role: 'admin' | 'member';
  /** The person of ManagerOS this user is, if the app says so. */
  personId: string | null;
  plan: string | null;
};

/** Whose something is: the organisation's, or one user's in it. */
export type Owner = { organizationId: string; userId: string | null };

export const organizationOf = (who: { organizationId: string }): Owner => ({
  organizationId: who.organizationId,
  userId: null,
});

export const selfOf = (caller: Caller): Owner => ({
  organizationId: caller.organizationId,
  userId: caller.userId,
});

export const ownerFor = (caller: Caller, scope: 'organization' | 'user'): Owner =>
  scope === 'organization' ? organizationOf(caller) : selfOf(caller);
