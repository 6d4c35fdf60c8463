import { type Standin, startStandin } from '../standin.ts';
import { identifyByToken } from './auth.ts';
import { controls } from './controls.ts';
import { type Endpoint, mountAt } from './mount.ts';
import { issueOperations } from './operations/issues.ts';
import { searchOperations } from './operations/search.ts';
import { siteOperations } from './operations/site.ts';
import { userOperations } from './operations/users.ts';
import { seed } from './seed.ts';
import type { JiraState } from './state.ts';

/**
 * The stand-in for Jira Cloud: the REST API v3 of any number of sites, told apart by host, written from
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/ and the JQL reference.
 */

/** The picker of the search operations comes before the issue whose key it would be. */
const operations: Endpoint[] = [
  ...searchOperations,
  ...issueOperations,
  ...userOperations,
  ...siteOperations,
];

export const startJira = (options: { port?: number; file: string | null }): Promise<Standin> =>
  startStandin<JiraState>({
    id: 'jira',
    ...options,
    seed,
    controls,
    routes: (state) =>
      mountAt(
        {
          prefix: '',
          host: /^(?!(api|auth)\.atlassian\.com$)/,
          locate: ({ host }) => state.sites[host.toLowerCase()],
          identify: identifyByToken,
          base: ({ host }) => `https://${host}`,
        },
        operations,
      ),
  });
