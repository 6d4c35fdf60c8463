import type { Octokit } from '@octokit/rest';
import * as z from 'zod/mini';
import { now } from '../../config/clock.ts';
import type { SyncItem } from '../../model/sync.ts';
import { noChanges } from '../changes.ts';
import { cleanOptional } from '../clean.ts';
import type { ClientCall, ReadPage, Session } from '../connector.ts';
import { orNull } from '../refusal.ts';
import { User, web } from './map.ts';

type Call = ClientCall<Octokit>;

/** GitHub does not tell which memberships changed: all are read, once a day and whenever everything is. */
const readEvery = 86_400_000;
/** Organisations that are still to be read, and how many members of the first were. */
type Cursor = { organizations: string[]; skip: number };

const Organizations = z.array(z.pick(User, { login: true }));

const toItem = (user: z.infer<typeof User>): SyncItem => ({
  type: 'person',
  id: user.login,
  url: web(user.login),
  createdAt: null,
  updatedAt: null,
  category: null,
  sources: {
    login: user.login,
    name: cleanOptional(user.name, 200),
    email: cleanOptional(user.email, 254),
  },
});

/** The members of every organisation the account belongs to; who belongs to two comes twice. */
export const membersOf = (call: Call): ReadPage => {
  /** Empty where the token may not see them: it has no `read:org`, or no single sign-on of the organisation. */
  const listed = async <T>(session: Session, run: (octokit: Octokit) => Promise<T[]>): Promise<T[]> =>
    (await orNull(call(session, run), 'provider_forbidden')) ?? [];
  const organizationsOf = (session: Session): Promise<string[]> =>
    listed(session, async ({ rest }) => {
      const { data } = await rest.orgs.listForAuthenticatedUser({ per_page: 100 });
      return z.parse(Organizations, data).map(({ login }) => login);
    });

  return async (session, { position, cursor, limit }) => {
    const end = { ...noChanges, position: String(now()) };
    if (cursor === null && position !== null && now() - Number(position) < readEvery)
      return { ...end, position };
    const at: Cursor =
      cursor === null
        ? { organizations: await organizationsOf(session), skip: 0 }
        : (JSON.parse(cursor) as Cursor);
    const [organization, ...others] = at.organizations;
    if (organization === undefined) return end;

    // A page begins at a multiple of its size, which may differ from the last one's.
    const before = at.skip % limit;
    const page = (at.skip - before) / limit + 1;
    const list = await listed(
      session,
      async ({ rest }) => (await rest.orgs.listMembers({ org: organization, per_page: limit, page })).data,
    );
    const read = list.slice(before).map((user) => z.safeParse(User, user));
    const next: Cursor =
      list.length < limit
        ? { organizations: others, skip: 0 }
        : { ...at, skip: at.skip + list.length - before };
    const ended = next.organizations.length === 0;
    return {
      ...end,
      items: read.flatMap((one) => (one.success ? [toItem(one.data)] : [])),
      failed: read.filter(({ success }) => !success).length,
      next: ended ? null : JSON.stringify(next),
      position: ended ? end.position : null,
    };
  };
};
