import { type Standin, startStandin } from '../standin.ts';
import { calendarOperations } from './calendar/calendars.ts';
import { routesOf } from './calendar/gateway.ts';
import { readOperations } from './calendar/read.ts';
import { writeOperations } from './calendar/write.ts';
import { controlRoutes } from './controls/index.ts';
import { signInRoutes } from './oauth/routes.ts';
import { seed } from './seed.ts';
import type { GoogleState } from './state.ts';

/**
 * A stand-in for Google: sign-in, service accounts and the Calendar API v3, told apart by host, written from
 * https://developers.google.com/identity/protocols/oauth2 and https://developers.google.com/calendar/api. Its
 * controls are described in `controls/index.ts`, its first state in `seed.ts`.
 */
export const startGoogle = (options: { port?: number; file: string | null }): Promise<Standin> =>
  startStandin<GoogleState>({
    id: 'google',
    ...options,
    seed,
    controls: controlRoutes,
    routes: (state) => [
      ...signInRoutes(state),
      ...[...calendarOperations, ...readOperations, ...writeOperations].map((operation) =>
        routesOf(state, operation),
      ),
    ],
  });
