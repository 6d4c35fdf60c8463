import type * as z from 'zod/mini';
import { now } from '../config/clock.ts';
import type { EntityFacts, Manifest } from '../connectors/connector.ts';
import type { search } from '../contract/operations/use.ts';
import { invalidField, notFound } from '../errors/error.ts';
import type { DateRange } from '../model/activity.ts';
import type { Caller } from '../model/caller.ts';
import type { ExternalItem, ExternalTypeName } from '../model/link.ts';
import { openCursor, sealCursor } from '../store/cursor.ts';
import { countProviderCall } from './limit.ts';
import { inSession, readUsable, requireScopes, using } from './use.ts';

type Body = z.output<typeof search.body>;
const day = 86_400_000;

/** The facts of an entity type this provider has, else a 400 that names `path`. */
export const entityFacts = (manifest: Manifest, type: ExternalTypeName, path = 'type'): EntityFacts => {
  const facts = manifest.entities.find((one) => one.type === type);
  if (facts) return facts;
  throw invalidField(
    path,
    `must be one of ${manifest.entities.map((one) => one.type).join(', ')} for ${manifest.name}`,
  );
};

/** The same for an operation that is about one type alone: then the integration is the wrong one. */
export const factsOfOnly = (manifest: Manifest, type: ExternalTypeName): EntityFacts => {
  const facts = manifest.entities.find((one) => one.type === type);
  if (facts) return facts;
  throw invalidField('integrationId', `is an integration of ${manifest.name}, which has no ${type}`);
};

/** Refuses an id that no entity of the provider can have. */
export const checkExternalId = (facts: EntityFacts, id: string, path: string): void => {
  if (!facts.idPattern.test(id)) throw invalidField(path, `is not an id of a ${facts.type}`);
};

/**
 * Days include their whole; of instants the end is not included. Without bounds 30 days back and 90 ahead; a
 * bound that would leave nothing between has the other one 90 days after or before it.
 */
const rangeOf = (from: string | undefined, to: string | undefined): DateRange => {
  const isDay = (text: string): boolean => text.length === 10;
  const first = from === undefined ? null : Date.parse(from);
  const last = to === undefined ? null : Date.parse(to) + (isDay(to) ? day : 0);
  const back = now() - 30 * day;
  const ahead = now() + 90 * day;
  const start = first ?? (last !== null && last <= back ? last - 90 * day : back);
  const end = last ?? (start >= ahead ? start + 90 * day : ahead);
  if (end <= start) throw invalidField('to', 'must be after from');
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
};

/** What a search without bounds looks at. */
export const usualRange = (): DateRange => rangeOf(undefined, undefined);

/** Searches one type of thing; what the provider returns as its next page is sealed into our cursor. */
export const searchIn = async (
  caller: Caller,
  id: string,
  { limit, cursor, ...asked }: Body,
): Promise<{ items: ExternalItem[]; nextCursor: string | null }> => {
  const scope = { operation: 'integrations.search', ...caller, filter: { id, limit, ...asked } };
  const usable = await readUsable(caller, id);
  const { manifest } = usable;
  const type = asked.type ?? manifest.entities[0]?.type ?? 'person';
  const facts = entityFacts(manifest, type);
  if (!facts.searchable) throw invalidField('type', `cannot be searched in ${manifest.name}`);
  requireScopes(usable, facts);
  const bounded = asked.from !== undefined || asked.to !== undefined;
  if (bounded && !facts.timed)
    throw invalidField(
      asked.from === undefined ? 'to' : 'from',
      `is only for things that have a time, not for a ${type}`,
    );
  // The bounds travel with the cursor: “90 days ahead” must mean the same on every page.
  const after = openCursor<{ next: string; range: DateRange | null }>(scope, cursor);
  const range = after ? after.range : facts.timed ? rangeOf(asked.from, asked.to) : null;

  await countProviderCall(caller, id);
  const page = await inSession(usable, ({ adapter, session }) =>
    adapter.search(session, { type, query: asked.query ?? null, range, limit, after: after?.next ?? null }),
  );
  return {
    items: page.items,
    nextCursor: page.next === null ? null : sealCursor(scope, { next: page.next, range }),
  };
};

/** One entity; one the provider does not know is 404. */
export const entityIn = async (
  caller: Caller,
  id: string,
  { type, externalId }: { type: ExternalTypeName; externalId: string },
): Promise<ExternalItem> => {
  const item = await using(
    caller,
    id,
    (usable) => {
      const facts = entityFacts(usable.manifest, type);
      checkExternalId(facts, externalId, 'externalId');
      requireScopes(usable, facts);
    },
    ({ adapter, session }) => adapter.read(session, type, externalId),
  );
  if (!item) throw notFound(`The ${type}`);
  return item;
};
