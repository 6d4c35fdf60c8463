import { notFound } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { entityFacts } from '../integrations/search.ts';
import { requireScopes, using } from '../integrations/use.ts';
import type { Caller } from '../model/caller.ts';
import type { LinkRecord } from '../model/link.ts';
import { standsWrite } from '../store/integrations.ts';
import { changeLink } from '../store/links.ts';
import { transact } from '../store/table.ts';
import { snapshot } from './create.ts';
import { readLink } from './read.ts';
import { type LinkOutput, linkView } from './view.ts';

/** Reads the external entity again; one the provider no longer knows leaves the link standing, marked `missing`. */
export const refreshLinkOf = async (caller: Caller, id: string): Promise<LinkOutput> => {
  const { owner, address, link, integration } = await readLink(caller, id);
  const { type, id: externalId } = link.external;
  const item = await using(
    caller,
    integration.id,
    (usable) => requireScopes(usable, entityFacts(usable.manifest, type)),
    ({ adapter, session }) => adapter.read(session, type, externalId),
  );

  // The provider may spell the id another way by now; the link's address stays what it is.
  const set: Pick<LinkRecord, 'state'> & Partial<LinkRecord> = item
    ? { state: 'ok', external: { ...snapshot(item), id: externalId } }
    : { state: 'missing' };
  const event = eventWrites(owner, {
    actor: caller.userId,
    action: 'link.refreshed',
    target: link.id,
    provider: integration.provider,
    outcome: 'ok',
    detail: { state: set.state },
  });
  await transact([
    standsWrite(owner, integration.id),
    { ...changeLink(owner, address, set), otherwise: () => notFound('The link') },
    ...event,
  ]);
  return linkView({ ...link, ...set }, integration);
};
