import type { Fault } from '../../infra/local/standins/standin.ts';
import { basic, callsWith } from '../integrations/told.ts';
import { aGoogleCalendar, anOutlookMailbox, type Calendar } from '../support/calendars.ts';
import { aGithubAccount, aJiraSite } from '../support/standins.ts';

/** Somebody's account at the stand-in of a provider: what a person knows and what the provider sees of it. */
export type Account = {
  connection: { settings: Record<string, string>; credentials: Record<string, string> };
  /** What was asked there, or anywhere else with these credentials. */
  calls: () => Promise<unknown[]>;
  fault: (act: Fault['act'], times?: number) => Promise<unknown>;
};

const calendar = async (made: Promise<Calendar>): Promise<Account> => {
  const { connection, calls, tokenCalls, fault } = await made;
  return { connection, calls: async () => [...(await calls()), ...(await tokenCalls())], fault };
};

/** One way in per provider that can be connected with keys; a provider without a line here fails its tests. */
export const accounts: Record<string, () => Promise<Account>> = {
  jira: async () => {
    const { username, apiToken, connection, calls, fault } = await aJiraSite();
    return {
      connection,
      calls: async () => [...(await calls()), ...(await callsWith('jira', basic(username, apiToken)))],
      fault: (act, times = 1) => fault({ times, act }),
    };
  },
  github: async () => {
    const { connection, calls, fault } = await aGithubAccount();
    return {
      connection: { settings: {}, ...connection },
      calls,
      fault: (act, times = 1) => fault({ times, act }),
    };
  },
  google_calendar: () => calendar(aGoogleCalendar()),
  microsoft_outlook: () => calendar(anOutlookMailbox()),
};

export const accountOf = (provider: string): Promise<Account> => {
  const make = accounts[provider];
  if (!make) throw new Error(`Say in accounts.ts what an account of ${provider} is.`);
  return make();
};
