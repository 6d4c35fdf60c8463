import { AppError } from '../errors/error.ts';
import { keys } from './keys.ts';
import { query, type Write, write } from './table.ts';

/** Which integrations of the environment live by one account, for providers that end all of its tokens at once. */

/** An account of a provider, as one OAuth app sees it. */
export type AccountAddress = readonly [provider: string, clientId: string, tenant: string, account: string];

/** Whether another integration of the environment hangs on the account and app. */
export const othersOn = async (account: AccountAddress, id: string): Promise<boolean> => {
  const { pk } = keys.account(...account, id);
  const { items } = await query<{ sk: string }>({ pk, limit: 2 });
  return items.some(({ sk }) => sk !== id);
};

/** Until when (epoch ms by the machine's clock) everything of the account is being ended, or was. */
export const sayEnding = (account: AccountAddress, until: number): Promise<unknown> =>
  write({ put: { ...keys.ending(...account), until, expiresAt: Math.ceil(until / 1000) + 3600 } });

/** Holds where nothing of the account was ended since its tokens were asked for (epoch ms by the machine's clock). */
export const notEndedSince = (account: AccountAddress, askedAt: number): Write => ({
  check: keys.ending(...account),
  when: [['until', 'absent or <=', askedAt]],
  otherwise: () =>
    new AppError('conflict', 'What this account consented to before was being ended: consent again.'),
});
