import { type OAuthState, oauthControls, oauthRoutes } from '../oauth/index.ts';
import { type Standin, startStandin } from '../standin.ts';
import { unknownSite } from './answers.ts';
import { identifyByToken } from './auth.ts';
import { controls } from './controls.ts';
import { type Endpoint, mountAt } from './mount.ts';
import { gatewayRoutes } from './oauth/gateway.ts';
import { atlassian, seedOAuth } from './oauth/server.ts';
import { issueOperations } from './operations/issues.ts';
import { searchOperations } from './operations/search.ts';
import { siteOperations } from './operations/site.ts';
import { userOperations } from './operations/users.ts';
import { seed } from './seed.ts';
import type { JiraState } from './state.ts';

/**
 * The stand-in for Jira Cloud: the REST API v3 of any number of sites, told apart by host, written from
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/ and the JQL reference; and the servers of
 * OAuth 2.0 (3LO), auth.atlassian.com and api.atlassian.com.
 */

/** The picker of the search operations comes before the issue whose key it would be. */
const operations: Endpoint[] = [
  ...searchOperations,
  ...issueOperations,
  ...userOperations,
  ...siteOperations,
];

/** A state file of before there was OAuth has none. */
const oauthOf = (state: JiraState): OAuthState => {
  state.oauth ??= seedOAuth();
  return state.oauth;
};

export const startJira = (options: { port?: number; file: string | null }): Promise<Standin> =>
  startStandin<JiraState>({
    id: 'jira',
    ...options,
    seed,
    controls: (state) => [...controls(state), ...oauthControls(atlassian(state), oauthOf(state))],
    routes: (state) => [
      ...oauthRoutes(atlassian(state), oauthOf(state)),
      ...gatewayRoutes(state, operations),
      ...mountAt(
        {
          prefix: '',
          host: /^(?!(api|auth)\.atlassian\.com$)/,
          locate: ({ host }) => state.sites[host.toLowerCase()] ?? { refused: unknownSite },
          identify: identifyByToken(oauthOf(state)),
          base: ({ host }) => `https://${host}`,
        },
        operations,
      ),
    ],
  });
