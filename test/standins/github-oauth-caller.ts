import { createHash } from 'node:crypto';
import { openGithub } from './github-caller.ts';
import { oauthCalls, type Tokens } from './oauth-standin.ts';

/** The stand-in for GitHub with its authorization server, and the steps of the bundled apps. */

export const redirect = 'http://localhost:4000/api/v1/oauth/callback/github';
export const app = { client_id: 'acme-demo-github', client_secret: 'acme-demo-github-secret' };
export const githubApp = {
  client_id: 'acme-demo-github-app',
  client_secret: 'acme-demo-github-app-secret',
};
export const json = { accept: 'application/json' };
export const verifier = 'v'.repeat(64);
export const s256 = {
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
};

export const days = (count: number): void => {
  process.env['CLOCK_OFFSET_MS'] = String(count * 24 * 3_600_000);
};

export const openGithubOAuth = async () => {
  const github = await openGithub();
  const oauth = oauthCalls(github.origin, {
    authorize: '/login/oauth/authorize',
    token: '/login/oauth/access_token',
    host: 'github.com',
  });
  const codeFor = async (query: Record<string, string> = {}): Promise<string> => {
    const request = { client_id: app.client_id, redirect_uri: redirect, scope: 'repo read:org' };
    const { code = '' } = await oauth.sentBack({ ...request, standin_user: 'ada-acme', ...query });
    return code;
  };
  const exchange = (code: string, fields: Record<string, string> = {}) =>
    oauth.token({ ...app, code, redirect_uri: redirect, ...fields }, json);
  const user = (token: string) => github.get<{ login?: string }>('/user', { token });
  return {
    github,
    oauth,
    codeFor,
    exchange,
    connect: async (query: Record<string, string> = {}): Promise<Tokens> =>
      (await exchange(await codeFor(query))).body as Tokens,
    connectApp: async (): Promise<Tokens> =>
      (await exchange(await codeFor({ client_id: githubApp.client_id, scope: '' }), githubApp))
        .body as Tokens,
    refresh: (value: string) =>
      oauth.token({ ...githubApp, grant_type: 'refresh_token', refresh_token: value }, json),
    user,
    works: async (token: string): Promise<boolean> => (await user(token)).status === 200,
    /** As if Ada had consented to nothing. */
    forget: async (): Promise<void> => {
      await oauth.control('DELETE', 'policy');
      await oauth.control('POST', 'grants/revoke', { account: 'ada-acme' });
    },
  };
};

export type GithubOAuth = Awaited<ReturnType<typeof openGithubOAuth>>;
