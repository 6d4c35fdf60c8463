import type { Route } from '../../standin.ts';
import type { State } from '../state.ts';
import { accountControls } from './accounts.ts';
import { itemControls } from './items.ts';
import { limitControls } from './limits.ts';
import { repositoryControls } from './repositories.ts';

/**
 * The controls of this stand-in, all `POST /__standin/…` with a JSON body; members with `?` may be left out.
 * They answer 200 with what they made; 400 and `{ error }` tell what is wrong with a body.
 *
 * - `users` `{ login, name?, email?, bio?, company?, location?, type?, emails? }` → `{ id, login }`. `email`
 *   is the public one, `emails` those of `GET /user/emails`, `type` `User` or `Bot`.
 * - `users/rename` `{ login, to }` → `{ id, login }`. Organisations too; the old login is gone, the
 *   repositories redirect.
 * - `organizations` `{ login, name?, email?, …, members?: [{ login, role?, public? }], left?: [login] }` →
 *   `{ id, login }`. To one that exists the members are added, and who left is taken away. `role` is
 *   `member` or `admin`.
 * - `tokens` `{ token, user, scopes?, expiresAt?, ssoRequired?, owner?, repositories?, permissions? }`.
 *   Replaces one that exists. `ssoRequired` names organisations it was not authorised for. With `owner` the
 *   token is fine-grained: it reaches that account's `repositories` (full names; all without) with
 *   `permissions` such as `{ issues: 'write' }` (`issues` and `pull_requests` to read without).
 * - `tokens/revoke` `{ token }`.
 * - `repositories` `{ repository: 'owner/name', private?, description?, language?, topics?, archived?,
 *   fork?, stars?, collaborators? }` → `{ id, repository }`.
 * - `repositories/rename` `{ repository, to }` → `{ id, repository }`; `to` is the new name without owner.
 * - `pulls`, `issues` `{ repository, author, count?, title?, body?, state?, assignees?, labels?, comments?,
 *   created?, updated?, closed? }`, pull requests also `reviewers?` and `merged?` → `{ numbers }`. `state`
 *   is `open`, `closed` and, of pull requests, `draft` and `merged`. A time is ISO 8601, or `{ from, to }` to
 *   spread the items over; without, all is now. `{n}` in `title` becomes the item's place.
 * - `items/delete` `{ repository, number }`: an issue that an admin deleted, or a pull request that is gone.
 * - `rate-limits` `{ resource, limit, remaining?, resetInSeconds?, status?, token? }`: enforced from now on,
 *   for one token or everybody; `resource` is `core` or `search`, `status` 403 or 429.
 *   `{ resource, token?, off: true }` ends it. Without a rule the stand-in counts and never refuses.
 * - `secondary-limits` `{ times, retryAfter?, status?, token? }`: so many of the next calls are refused.
 * - `search` `{ incomplete?, keep?, advanced? }`: so many of the next searches run out of time, with `keep`
 *   hits (all without); `advanced` makes the advanced syntax the only one.
 */
export const controlRoutes = (state: State): Route[] => [
  ...accountControls(state),
  ...repositoryControls(state),
  ...itemControls(state),
  ...limitControls(state),
];
