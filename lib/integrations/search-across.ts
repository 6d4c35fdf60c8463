import type * as z from 'zod/mini';
import type { Manifest } from '../connectors/connector.ts';
import { manifestOf } from '../connectors/registry.ts';
import type { searchAcross as definition } from '../contract/operations/use.ts';
import { AppError, asAppError } from '../errors/error.ts';
import type { Caller } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';
import type { ExternalItem, ExternalTypeName } from '../model/link.ts';
import { listUsable, ownerOf } from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { getMany } from '../store/table.ts';
import { hindrance } from './hindrance.ts';
import { countProviderCall } from './limit.ts';
import { usualRange } from './search.ts';
import { inSession, requireScopes, type Usable } from './use.ts';

type Body = z.output<typeof definition.body>;
type Found = ExternalItem & { integrationId: string };
type Source = {
  integrationId: string;
  status: 'ok' | 'failed' | 'timed_out' | 'skipped';
  code: string | null;
};

/** All that is not there by then is left out: callers type and wait. */
const patience = 2_000;

const searched = (manifest: Manifest, types: readonly ExternalTypeName[] | undefined) => {
  const searchable = manifest.entities.filter((facts) => facts.searchable);
  return types ? searchable.filter(({ type }) => types.includes(type)) : searchable;
};

const late = Symbol('late');

/** Everything one integration finds; each type at once, the first that fails is told. */
const searchOne = async (
  caller: Caller,
  usable: Usable,
  { query, types, limit }: Body,
  deadline: number,
): Promise<ExternalItem[]> => {
  const refused = hindrance(usable.credential);
  if (refused) throw refused;
  const wanted = searched(usable.manifest, types);
  for (const facts of wanted) requireScopes(usable, facts);
  await countProviderCall(caller, usable.credential.id);
  return inSession(
    usable,
    async ({ adapter, session }) => {
      const pages = await Promise.all(
        wanted.map(({ type, timed }) =>
          adapter.search(session, { type, query, range: timed ? usualRange() : null, limit, after: null }),
        ),
      );
      return pages.flatMap(({ items }) => items).slice(0, limit * wanted.length);
    },
    deadline,
  );
};

const sourceOf = async (
  caller: Caller,
  usable: Usable,
  body: Body,
  deadline: number,
): Promise<{ source: Source; items: Found[] }> => {
  const integrationId = usable.credential.id;
  if (searched(usable.manifest, body.types).length === 0)
    return { source: { integrationId, status: 'skipped', code: null }, items: [] };
  const timer = Promise.withResolvers<typeof late>();
  const timeout = setTimeout(() => timer.resolve(late), Math.max(0, deadline - Date.now()));
  try {
    const answer = await Promise.race([searchOne(caller, usable, body, deadline), timer.promise]);
    if (answer === late) throw new AppError('deadline_exceeded', 'It took too long.');
    return {
      source: { integrationId, status: 'ok', code: null },
      items: answer.map((item) => ({ ...item, integrationId })),
    };
  } catch (error) {
    const { code } = asAppError(error);
    const timedOut = code === 'deadline_exceeded' || Date.now() >= deadline;
    return { source: { integrationId, status: timedOut ? 'timed_out' : 'failed', code }, items: [] };
  } finally {
    clearTimeout(timeout);
  }
};

/** Takes turns between the sources, so that one with many hits hides none of the others'. */
const inTurns = (lists: readonly Found[][], limit: number): Found[] => {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list[index] ?? []))
    .flat()
    .slice(0, limit);
};

/** Asks every usable integration at once; one that is slow or fails never fails the call, and is told of. */
export const searchEverywhere = async (caller: Caller, body: Body) => {
  const deadline = Date.now() + patience;
  const integrations = await listUsable(caller);
  const credentials = await getMany<CredentialRecord>(
    integrations.map(({ id }) => keys.credential(ownerOf(caller, id), id)),
  );
  const usable = await Promise.all(
    credentials
      .filter((credential) => credential !== null)
      .filter(({ state }) => state !== 'deleting')
      .map(async (credential) => ({
        owner: ownerOf(caller, credential.id),
        credential,
        manifest: await manifestOf(credential.provider),
      })),
  );
  const found = await Promise.all(usable.map((one) => sourceOf(caller, one, body, deadline)));
  return {
    items: inTurns(
      found.map(({ items }) => items),
      body.limit,
    ),
    sources: found.map(({ source }) => source),
  };
};
