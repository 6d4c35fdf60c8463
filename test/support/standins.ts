import { createHash, randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import type { Call, Fault } from '../../infra/local/standins/standin.ts';
import type { Caller } from './api.ts';
import { plantedSecret } from './secrets.ts';

/**
 * Accounts at the stand-ins, each test with sites, logins and tokens of its own, so that tests do not
 * meet. Without an `origin` they are at the stand-ins of the shared cloud.
 */

const short = (): string => randomBytes(4).toString('hex');

/** A control path of a stand-in. */
export const control = async <T = unknown>(
  provider: string,
  method: string,
  path: string,
  body?: unknown,
  origin = inject('cloud').standins[provider],
): Promise<T> => {
  const response = await fetch(`${origin}/__standin/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${provider} ${method} ${path}: ${response.status} ${text}`);
  return (text ? JSON.parse(text) : null) as T;
};

const scripted = (provider: string, faults: Fault[], origin: string | undefined): Promise<unknown> => {
  for (const { match } of faults)
    if (match.host === undefined && match.authorization === undefined)
      throw new Error('Name the host or the authorization a fault is for.');
  return control(provider, 'POST', 'faults', faults, origin);
};

/** Scripts faults for one account: they must name its host or its token, other tests run meanwhile. */
export const fault = (provider: string, ...faults: Fault[]): Promise<unknown> =>
  scripted(provider, faults, undefined);

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export type JiraSite = {
  host: string;
  baseUrl: string;
  username: string;
  apiToken: string;
  /** What a connect takes. */
  connection: { settings: { baseUrl: string }; credentials: { username: string; apiToken: string } };
  control: <T = unknown>(method: string, path: string, body?: unknown) => Promise<T>;
  fault: (...faults: (Omit<Fault, 'match'> & { match?: Omit<Fault['match'], 'host'> })[]) => Promise<unknown>;
  /** The calls this site got. */
  calls: () => Promise<Call[]>;
};

/** A Jira site with a project TEST, an admin with a token, and the given people and issues. */
export const aJiraSite = async (site: Record<string, unknown> = {}, origin?: string): Promise<JiraSite> => {
  const host = `t-${short()}.atlassian.net`;
  const username = `admin@${short()}.example`;
  const apiToken = plantedSecret('jira');
  const { users = [], ...rest } = site as { users?: unknown[] };
  const made = {
    host,
    users: [{ displayName: 'Site Admin', email: username }, ...users],
    tokens: [{ email: username, token: apiToken }],
    ...rest,
  };
  await control('jira', 'POST', 'sites', made, origin);
  const baseUrl = `https://${host}`;
  return {
    host,
    baseUrl,
    username,
    apiToken,
    connection: { settings: { baseUrl }, credentials: { username, apiToken } },
    control: (method, path, body) => control('jira', method, `sites/${host}${path}`, body, origin),
    fault: (...faults) =>
      scripted(
        'jira',
        faults.map((one) => ({ ...one, match: { ...one.match, host } }) as Fault),
        origin,
      ),
    calls: async () =>
      (await control<{ calls: Call[] }>('jira', 'GET', `calls?host=${host}`, undefined, origin)).calls,
  };
};

export type GithubAccount = {
  login: string;
  token: string;
  connection: { credentials: { token: string } };
  fault: (
    ...faults: (Omit<Fault, 'match'> & { match?: Omit<Fault['match'], 'authorization'> })[]
  ) => Promise<unknown>;
  /** The calls made with this account's token. */
  calls: () => Promise<Call[]>;
};

/** A GitHub account with a classic token. */
export const aGithubAccount = async (
  user: Record<string, unknown> = {},
  scopes: readonly string[] = ['repo', 'read:org'],
  origin?: string,
): Promise<GithubAccount> => {
  const login = `t-${short()}`;
  const token = plantedSecret('github');
  await control('github', 'POST', 'users', { login, ...user }, origin);
  await control('github', 'POST', 'tokens', { token, user: login, scopes }, origin);
  const seen = new Set([hashOf(`Bearer ${token}`), hashOf(`token ${token}`)]);
  return {
    login,
    token,
    connection: { credentials: { token } },
    fault: (...faults) =>
      scripted(
        'github',
        faults.map((one) => ({ ...one, match: { ...one.match, authorization: token } }) as Fault),
        origin,
      ),
    calls: async () => {
      const { calls } = await control<{ calls: Call[] }>('github', 'GET', 'calls', undefined, origin);
      return calls.filter(({ authorization }) => authorization !== null && seen.has(authorization));
    },
  };
};

type Scope = 'organization' | 'user';

/** Connects and gives the integration; fails where the API refuses. */
export const connected = async (
  caller: Caller,
  provider: string,
  connection: object,
  scope: Scope = 'organization',
  more: object = {},
) => {
  const reply = await caller.post('/integrations/connect', {
    provider,
    scope,
    auth: 'api_token',
    ...connection,
    ...more,
  });
  if (reply.status !== 201) throw new Error(`connect: ${reply.status} ${reply.text}`);
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
  return reply.body.integration as any;
};

export const connectedJira = async (
  caller: Caller,
  site: JiraSite,
  scope: Scope = 'organization',
  more = {},
) => connected(caller, 'jira', site.connection, scope, more);

export const connectedGithub = async (
  caller: Caller,
  account: GithubAccount,
  scope: Scope = 'organization',
  more = {},
) => connected(caller, 'github', account.connection, scope, more);
