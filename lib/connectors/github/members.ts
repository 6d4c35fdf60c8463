import type { Octokit } from '@octokit/rest';
import * as z from 'zod/mini';
import { now } from '../../config/clock.ts';
import { hasCode } from '../../errors/error.ts';
import type { SyncItem } from '../../model/sync.ts';
import { cleanOptional } from '../clean.ts';
import type { ChangesPage, ReadPage, Session } from '../connector.ts';
import { User, web } from './map.ts';

type Call = <T>(session: Session, run: (octokit: Octokit) => Promise<T>) => Promise<T>;

/** GitHub does not tell which memberships changed: all are read, once a day and whenever everything is. */
const readEvery = 86_400_000;
/** Organisations that are still to be read, and how many members of the first were. */
type Cursor = { organizations: string[]; skip: number };

const Organization = z.object({ login: z.string() });

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

/** Empty where the token may not see them: it has no `read:org`, or no single sign-on of the organisation. */
const orNone = async (list: Promise<unknown[]>): Promise<unknown[]> => {
  try {
    return await list;
  } catch (error) {
    if (!hasCode(error, 'provider_forbidden', 'provider_not_found')) throw error;
    return [];
  }
};

/** The members of every organisation the account belongs to; who belongs to two comes twice. */
export const membersOf = (call: Call): ReadPage => {
  const organizationsOf = async (session: Session): Promise<string[]> => {
    const list = await orNone(
      call(session, async ({ rest }) => (await rest.orgs.listForAuthenticatedUser({ per_page: 100 })).data),
    );
    return z.parse(z.array(Organization), list).map(({ login }) => login);
  };

  return async (session, { position, cursor, limit }) => {
    const end: ChangesPage = {
      items: [],
      removed: [],
      failed: 0,
      next: null,
      position: String(now()),
      total: null,
      restart: false,
    };
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
    const list = await orNone(
      call(
        session,
        async ({ rest }) => (await rest.orgs.listMembers({ org: organization, per_page: limit, page })).data,
      ),
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
