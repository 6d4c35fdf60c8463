import { type MicrosoftState, type Tenant, tenantNamed, type User, userNamed } from '../state.ts';

export const userFor = (state: MicrosoftState, name: string): User => {
  const user = userNamed(state, name);
  if (!user) throw new Error(`no user ${name}`);
  return user;
};

export const tenantFor = (state: MicrosoftState, name: string): Tenant => {
  const tenant = tenantNamed(state, name);
  if (!tenant) throw new Error(`no tenant ${name}`);
  return tenant;
};
