import { expect } from 'vitest';
import { type Caller, newId, type Reply } from '../support/api.ts';

type Entity = { type: string; id: string };
type External = { type: string; id: string };

export const aPerson = (): Entity => ({ type: 'Person', id: newId('person') });

export const link = (
  caller: Caller,
  integrationId: string,
  external: External,
  entity: Entity = aPerson(),
): Promise<Reply> => caller.post('/links', { entity, integrationId, external });

/** Links, or fails where the API refuses. */
export const linked = async (...what: Parameters<typeof link>) => {
  const reply = await link(...what);
  if (reply.status !== 201) throw new Error(`link: ${reply.status} ${reply.text}`);
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
  return reply.body.link as any;
};

export const linksOf = (caller: Caller, { type, id }: Entity): Promise<Reply> =>
  caller.get(`/links?${new URLSearchParams({ entityType: type, entityId: id }).toString()}`);

export const linksTo = (
  caller: Caller,
  integrationId: string,
  externalType: string,
  externalId: string,
): Promise<Reply> =>
  caller.get(`/links?${new URLSearchParams({ integrationId, externalType, externalId }).toString()}`);

export const linkIds = ({ body }: Reply): string[] => (body.links as { id: string }[]).map(({ id }) => id);

export const paths = ({ body }: Reply): string[] => [
  ...new Set((body.errors as { path: string }[]).map(({ path }) => path)),
];

export const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
export const linkId = expect.stringMatching(/^lnk_[A-Za-z0-9_-]+$/);
