import { openJira } from './jira-caller.ts';
import { oauthCalls, type Tokens } from './oauth-standin.ts';

/** The stand-in for Jira with its authorization server, and the steps of the bundled app. */

export const redirect = 'http://127.0.0.1:4000/api/v1/oauth/callback/jira';
export const credentials = { client_id: 'acme-demo-jira', client_secret: 'acme-demo-jira-secret' };
export const request = {
  audience: 'api.atlassian.com',
  client_id: 'acme-demo-jira',
  scope: 'read:jira-user read:jira-work read:me offline_access',
  redirect_uri: redirect,
  state: 'user-bound',
  response_type: 'code',
  prompt: 'consent',
};
export const dead = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };
export const unauthorized = { code: 401, message: 'Unauthorized' };
export const mismatch = { code: 401, message: 'Unauthorized; scope does not match' };

export const minutes = (count: number): void => {
  process.env['CLOCK_OFFSET_MS'] = String(count * 60_000);
};

export type Resource = { id: string; url: string; name: string; scopes: string[]; avatarUrl: string };

export const openJiraOAuth = async (file: string | null = null) => {
  const jira = await openJira(file);
  const oauth = oauthCalls(jira.origin, {
    authorize: '/authorize',
    token: '/oauth/token',
    host: 'auth.atlassian.com',
  });
  const exchange = (code: string, fields: Record<string, string> = {}) =>
    oauth.token({
      grant_type: 'authorization_code',
      ...credentials,
      code,
      redirect_uri: redirect,
      ...fields,
    });
  const gateway = <T = Record<string, unknown>>(
    path: string,
    token: string,
    method = 'GET',
    body?: unknown,
  ) =>
    jira.call<T>(method, path, {
      host: 'api.atlassian.com',
      as: null,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body }),
    });
  const cloudIdOf = async (host: string): Promise<string> =>
    (await jira.control<{ cloudId: string }>('GET', `/sites/${host}`)).cloudId;
  return {
    jira,
    oauth,
    exchange,
    refresh: (value: string) =>
      oauth.token({ grant_type: 'refresh_token', ...credentials, refresh_token: value }),
    /** Consents and exchanges; fails where that is refused. */
    connect: async (user: string, query: Record<string, string> = {}): Promise<Tokens> => {
      const { code = '' } = await oauth.sentBack({ ...request, standin_user: user, ...query });
      const { status, text, body } = await exchange(code);
      if (status !== 200) throw new Error(`${status} ${text}`);
      return body as Tokens;
    },
    gateway,
    resources: async (token: string): Promise<Resource[]> =>
      (await gateway<Resource[]>('/oauth/token/accessible-resources', token)).body,
    cloudIdOf,
    myself: async (token: string, host = 'acme.atlassian.net') =>
      gateway(`/ex/jira/${await cloudIdOf(host)}/rest/api/3/myself`, token),
    /** As if nobody had consented to anything. */
    forget: async (): Promise<void> => {
      await oauth.control('DELETE', 'policy');
      for (const account of ['ada@acme.example', 'linus@acme.example']) {
        await oauth.control('POST', 'grants/revoke', { account });
      }
    },
  };
};

export type JiraOAuth = Awaited<ReturnType<typeof openJiraOAuth>>;
