import { oauthRoutes } from '../oauth/index.ts';
import { type Standin, startStandin } from '../standin.ts';
import { controlRoutes } from './controls/index.ts';
import { discoveryRoutes } from './entra/discovery.ts';
import { entraServer } from './entra/server.ts';
import { deltaOperations } from './graph/delta.ts';
import { eventOperations } from './graph/events.ts';
import { mailboxRoutes, routesOf } from './graph/gateway.ts';
import { listOperations } from './graph/lists.ts';
import { calendarOperations, userOperations } from './graph/users.ts';
import { seed } from './seed.ts';
import type { MicrosoftState } from './state.ts';

/**
 * A stand-in for Microsoft 365: sign-in with Entra and the calendars of Graph, told apart by host, written from
 * https://learn.microsoft.com/entra/identity-platform and https://learn.microsoft.com/graph/api. Its controls
 * are described in `controls/index.ts`, its first state in `seed.ts`.
 */
export const startMicrosoft = (options: { port?: number; file: string | null }): Promise<Standin> =>
  startStandin<MicrosoftState>({
    id: 'microsoft',
    ...options,
    seed,
    controls: controlRoutes,
    routes: (state) => [
      ...oauthRoutes(entraServer(state), state.oauth),
      ...discoveryRoutes(state),
      ...userOperations.map((operation) => routesOf(state, operation)),
      // Changes come before the list whose name they share.
      ...[...deltaOperations, ...listOperations, ...eventOperations, ...calendarOperations].flatMap(
        (operation) => mailboxRoutes(state, operation),
      ),
    ],
  });
