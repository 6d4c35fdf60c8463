import { oauthControls } from '../../oauth/index.ts';
import type { Route } from '../../standin.ts';
import { googleServer } from '../oauth/server.ts';
import type { GoogleState } from '../state.ts';
import { accountControls } from './accounts.ts';
import { eventControls } from './events.ts';

/**
 * The controls of this stand-in, all `POST /__standin/…` with a JSON body unless said; members with `?` may
 * be left out. They answer 200 with what they made; 400 and `{ error }` tell what is wrong.
 *
 * - `users` `{ email, id?, givenName?, familyName?, hd?, timeZone? }` → `{ id, email }`: a person with a
 *   primary calendar; `hd: null` is a personal account. `users/remove` `{ email }`: the account is gone, its
 *   tokens with it.
 * - `calendars` `{ id, owner, summary?, description?, timeZone? }` → `{ id }`: a secondary calendar.
 * - `share` `{ calendar, with, role, listed? }`: `with` is an address, a service account, `@domain` or `*`;
 *   `role` is `freeBusyReader`, `reader`, `writer`, `owner`, or `none` to end it; `listed` puts the calendar
 *   on that account's list.
 * - `events` `{ calendar, events: [event] }` or `{ calendar, count, template?, from?, everyMinutes?,
 *   minutes? }` → `{ ids }`. An event is what `events.insert` takes, conference data included, and `id?,
 *   iCalUID?, creator?, organizer?, created?, updated?, meet?, exceptions?`: `meet: true` adds a video link,
 *   an `organizer` of elsewhere makes it an invitation, `exceptions` are `{ at, cancelled: true }` or
 *   `{ at, …changes }` with `at` as in an instance's id (`20261124T090000Z`, `20261124`). `{n}` in a
 *   template's summary becomes the number. Those invited who have a calendar here get their copies.
 * - `events/change` `{ calendar, id, change, updated? }`, where `change` is as for `events.patch`, with
 *   `meet: true` besides; `events/delete` `{ calendar, id }`. An `id` may be that of an instance.
 * - `sync-tokens/expire` `{ calendar? }`: 410 for every sync token handed out so far.
 * - `limits` `{ times, status?, reason?, account?, retryAfter? }`: so many of the next calls of the Calendar
 *   API are refused, with 403 and `rateLimitExceeded` unless said otherwise.
 * - `service-accounts` `{ email, projectId?, delegations?, publicKey? }` → the key file as the console gives
 *   it, `client_email` and `private_key` among it; with a `publicKey` of your own, without a private one.
 *   Replaces one that exists. `delegations` are `[{ domain, scopes }]`.
 *   `GET service-accounts/{email}` → the key file again. `service-accounts/delegate` `{ email, delegations }`;
 *   `service-accounts/keys` `{ email, disabled }`.
 * - `oauth/…`: clients, policies, grants, expiry, faults and the log of the token endpoint; see
 *   `oauth/controls.ts`. Accounts there are ids or addresses.
 */
export const controlRoutes = (state: GoogleState): Route[] => [
  ...accountControls(state),
  ...eventControls(state),
  ...oauthControls(googleServer(state), state.oauth),
];
