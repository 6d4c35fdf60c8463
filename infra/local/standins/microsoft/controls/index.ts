import { oauthControls } from '../../oauth/index.ts';
import type { Route } from '../../standin.ts';
import { entraServer } from '../entra/server.ts';
import type { MicrosoftState } from '../state.ts';
import { accountControls } from './accounts.ts';
import { eventControls } from './events.ts';

/**
 * The controls of this stand-in, all `POST /__standin/…` with a JSON body; members with `?` may be left out.
 * They answer 200 with what they made; 400 and `{ error }` tell what is wrong. A person is named by object id,
 * user principal name or address; a tenant by id or domain.
 *
 * - `tenants` `{ name, id?, domains? }` → `{ id }`.
 * - `users` `{ userPrincipalName, id?, tenant?, displayName?, givenName?, surname?, mail?, mailbox? }` → `{ id,
 *   userPrincipalName, tenant }`; `mail: null` has no address, `mailbox: false` no mailbox. `users/change`
 *   `{ user, mail?, mailbox? }`, `users/remove` `{ user }`.
 * - `app-roles` `{ client, tenant, roles }`: what the app may do there by itself, as `['Calendars.Read']`;
 *   `null` takes it out of the tenant. `app-secret` `{ client, expired }`.
 * - `mailbox-policy` `{ client, mailboxes }`: the only mailboxes an app reaches by itself; `null` is all.
 * - `consents/remove` `{ client, account }`: 65001 for what follows. `sessions/revoke` `{ user }`: 50173, as
 *   after a new password. `interaction` `{ account, code }`: refreshing is answered with that AADSTS number
 *   (50076, 50079, 53003) until `code` is `null`.
 * - `events` `{ mailbox, events: [event] }` or `{ mailbox, count, template?, from?, everyMinutes?, minutes? }`
 *   → `{ events: [{ id, immutableId, iCalUId, type }] }`. An event is what `POST /me/events` takes, and `key?,
 *   uid?, organizer?, created?, modified?, isCancelled?, exceptions?`: `key` names it for the other controls,
 *   an `organizer` of elsewhere makes it an invitation, `exceptions` are `{ on: '2026-11-24', cancelled: true }`
 *   or `{ on, …changes }`. `{n}` in a template's subject becomes the number. Those invited who have a mailbox
 *   here get their copies.
 * - `events/find` `{ mailbox, id }` → its ids and what it holds; `events/change` `{ mailbox, id, change,
 *   modified? }` with `change` as for a patch; `events/delete`, `events/move` `{ mailbox, id }`: after a move it
 *   has another changeable id; `events/respond` `{ mailbox, id, response }`. An `id` is either kind of id, or a
 *   key (of an occurrence, `key.20261124`).
 * - `delta/expire` `{ mailbox?, code? }`: 410 for every delta and skip token handed out so far.
 *   `delta/masters` `{ shown }`: whether a delta holds the masters of series too; unless told, not.
 * - `limits` `{ times, status?, code?, mailbox?, retryAfter? }`: so many of the next calls of Graph are refused,
 *   with 429, `ApplicationThrottled` and ten seconds unless said otherwise; `retryAfter: null` leaves it out.
 * - `oauth/…`: clients (`details: { tenants: { id: [role] } }` lets an app in), policies, grants, expiry, faults
 *   and the log of the token endpoint; see `oauth/controls.ts`.
 */
export const controlRoutes = (state: MicrosoftState): Route[] => [
  ...accountControls(state),
  ...eventControls(state),
  ...oauthControls(entraServer(state), state.oauth),
];
