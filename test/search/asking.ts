import { randomBytes, randomUUID } from 'node:crypto';
import type { Call } from '../../infra/local/standins/standin.ts';
import type { Caller, Reply } from '../support/api.ts';
import { control } from '../support/standins.ts';

/** A word that nothing else at the stand-ins has. */
export const newWord = (): string => `zq${randomBytes(5).toString('hex')}`;

export const search = (caller: Caller, integrationId: string, body: object = {}): Promise<Reply> =>
  caller.post(`/integrations/${integrationId}/search`, body);

export const entity = (
  caller: Caller,
  integrationId: string,
  type: string,
  externalId: string,
): Promise<Reply> =>
  caller.get(`/integrations/${integrationId}/entity?${new URLSearchParams({ type, externalId }).toString()}`);

export const titles = ({ body }: Reply): string[] =>
  (body.items as { title: string }[]).map(({ title }) => title);

export const ids = ({ body }: Reply): string[] => (body.items as { id: string }[]).map(({ id }) => id);

/** What happened at a stand-in while `run` ran. */
export const during = async <T>(
  account: { calls: () => Promise<Call[]> },
  run: () => Promise<T>,
): Promise<{ result: T; calls: Call[] }> => {
  const before = (await account.calls()).length;
  const result = await run();
  return { result, calls: (await account.calls()).slice(before) };
};

/** A person at the Jira stand-in; gives the account id. */
export const jiraPerson = async (
  site: { control: <T>(method: string, path: string, body?: unknown) => Promise<T> },
  user: Record<string, unknown>,
): Promise<string> => {
  const accountId = `712020:${randomUUID()}`;
  const { users } = await site.control<{ users: { accountId: string }[] }>('POST', '/users', {
    accountId,
    ...user,
  });
  return users[0]?.accountId ?? '';
};

export const githubUser = (user: Record<string, unknown>): Promise<unknown> =>
  control('github', 'POST', 'users', user);

/** A problem without what differs from call to call. */
export const problemOf = ({ status, body }: Reply): unknown => ({ status, ...body, requestId: 'any' });

export type Outcome = { result: Reply; calls: Call[] };

/** What of a refusal is compared. */
export const summary = ({ result, calls }: Outcome) => ({
  status: result.status,
  code: result.body.code,
  calls: calls.length,
  retryAfter: result.headers.get('retry-after'),
});
