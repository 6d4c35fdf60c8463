import { checkRefreshTimes, type Settings } from '../lib/contract/settings.ts';
import type { Environment } from './environments.ts';

/** The variable SETTINGS of every function; `apiAddress` is where the API is when it has no name of its own. */
export const settingsOf = (environment: Environment, apiAddress: string): string => {
  checkRefreshTimes(environment.refresh);
  return JSON.stringify({
    environment: environment.name,
    publicUrl: environment.publicUrl ?? apiAddress,
    claims: environment.claims,
    roles: environment.roles,
    returnPages: environment.returnPages,
    allowedHosts: environment.allowedHosts,
    limits: environment.limits,
    refresh: environment.refresh,
    sync: environment.sync,
    minutesSaved: environment.minutesSaved,
    plans: environment.plans,
    retention: environment.retention,
    assertionKeys: environment.assertionKeys,
  } satisfies Settings);
};
