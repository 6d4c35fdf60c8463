import { type OAuthState, oauthControls, oauthRoutes } from '../oauth/index.ts';
import { type Standin, startStandin } from '../standin.ts';
import { controlRoutes } from './controls/index.ts';
import { type Operation, routesOf } from './gateway.ts';
import { issueOperations } from './issues.ts';
import { applicationRoutes } from './oauth/applications.ts';
import { seedOAuth } from './oauth/apps.ts';
import { github } from './oauth/server.ts';
import { pullOperations } from './pulls.ts';
import { repositoryOperations } from './repositories.ts';
import { searchOperations } from './search/index.ts';
import { seed } from './seed.ts';
import type { State } from './state.ts';
import { userByIdOperation, userOperations } from './users.ts';

/**
 * A stand-in for api.github.com and for the OAuth of github.com, written from GitHub's public documentation. Its controls are described in
 * `controls/index.ts`, its first state in `seed.ts`. It refuses what the documentation says GitHub refuses,
 * and takes the stricter reading where two pages differ.
 */

const operationsOf = (state: State): Operation[] => [
  ...userOperations(state),
  ...repositoryOperations(state),
  ...pullOperations(state),
  ...issueOperations(state),
  ...searchOperations(state),
  userByIdOperation(state),
];

/** A state file of before there was OAuth has none. */
const oauthOf = (state: State): OAuthState => {
  state.oauth ??= seedOAuth();
  return state.oauth;
};

export const startGithub = (options: { port?: number; file: string | null }): Promise<Standin> =>
  startStandin<State>({
    id: 'github',
    ...options,
    seed,
    routes: (state) => [
      ...oauthRoutes(github(state), oauthOf(state)),
      ...applicationRoutes(github(state), state),
      ...operationsOf(state).flatMap((operation) => routesOf(state, operation)),
    ],
    controls: (state) => [...controlRoutes(state), ...oauthControls(github(state), oauthOf(state))],
  });
