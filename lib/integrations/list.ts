import type * as z from 'zod/mini';
import type { list } from '../contract/operations/integrations.ts';
import type { Caller } from '../model/caller.ts';
import { openCursor, sealCursor } from '../store/cursor.ts';
import { listUsable } from '../store/integrations.ts';
import { viewFor } from './view.ts';

type Query = z.output<typeof list.query>;

/** The organisation's and the caller's own, newest first; a page goes on behind the one the last ended with. */
export const listFor = async (caller: Caller, { limit, cursor, ...filter }: Query) => {
  const scope = { operation: 'integrations.list', ...caller, filter };
  const after = openCursor<[string, string]>(scope, cursor);

  const order = (a: readonly [string, string], b: readonly [string, string]): number =>
    a[0] === b[0] ? (a[1] < b[1] ? 1 : -1) : a[0] < b[0] ? 1 : -1;
  const all = (await listUsable(caller))
    .filter((one) => filter.scope === undefined || one.scope === filter.scope)
    .filter((one) => filter.provider === undefined || one.provider === filter.provider)
    .toSorted((a, b) => order([a.createdAt, a.id], [b.createdAt, b.id]));
  const rest = after ? all.filter((one) => order([one.createdAt, one.id], after) > 0) : all;
  const page = rest.slice(0, limit);

  const last = page.at(-1);
  return {
    integrations: await Promise.all(page.map((record) => viewFor(caller, record))),
    nextCursor: last && rest.length > limit ? sealCursor(scope, [last.createdAt, last.id]) : null,
  };
};
