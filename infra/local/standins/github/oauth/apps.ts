import { loopbackRedirect, makeOAuth, type OAuthState, type Policy } from '../../oauth/index.ts';

/** The two kinds of app that people can authorize, and those Acme has. */

/**
 * "Refreshing user access tokens": 8 hours and about 6 months, and "once you use a refresh token, that
 * refresh token and the old user access token will no longer work".
 */
const expiringTokens: Partial<Policy> = {
  accessSeconds: 28_800,
  idleSeconds: 15_897_600,
  rotates: true,
  refreshKillsAccess: true,
  cap: null,
};

const callback = {
  redirectPatterns: [loopbackRedirect('/api/v1/oauth/callback/github')],
  auth: 'post' as const,
};

export const seedOAuth = (): OAuthState =>
  makeOAuth([
    { id: 'acme-demo-github', secret: 'acme-demo-github-secret', ...callback },
    {
      id: 'acme-demo-github-app',
      secret: 'acme-demo-github-app-secret',
      ...callback,
      policy: expiringTokens,
      details: {
        kind: 'github_app',
        installation: { owner: 'acme-corp', permissions: { issues: 'write', pull_requests: 'read' } },
      },
    },
  ]);
