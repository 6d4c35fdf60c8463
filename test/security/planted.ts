import type { Call, Fault } from '../../infra/local/standins/standin.ts';
import { type Caller, newId, type Reply } from '../support/api.ts';
import type { Cloud } from '../support/cloud.ts';
import { connected, control } from '../support/standins.ts';

/** An integration whose every credential is planted, with all the calls that take the credentials to the provider. */
export type Planted = {
  provider: string;
  caller: Caller;
  integrationId: string;
  connection: { settings?: Record<string, string>; credentials: Record<string, string> };
  /** All that must never be seen. */
  secrets: readonly string[];
  /** What a careless provider would send back: the secret and the header it came in. */
  echo: string;
  holderCalls: readonly (() => Promise<Reply>)[];
  rename: (name: string) => Promise<Reply>;
  /** What happens to the next call of the provider. */
  fault: (act: Fault['act']) => Promise<void>;
  /** Whether it happened. */
  met: () => Promise<boolean>;
  /** Forgets faults and makes the integration usable again. */
  mend: () => Promise<void>;
};

export const day = (offset: number): string =>
  new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
const range = { from: day(-30), to: day(0) };

/** What the calls of a planted integration are about. */
type Subject = {
  auth: string;
  external: { type: string; id: string };
  /** What it may be linked to. */
  entityType: string;
  /** An address by which persons are found; null where there are none. */
  email: string | null;
  /** A path of the provider's API that is called with the secret itself; null where none is. */
  path: string | null;
  match: Fault['match'];
  always?: Fault[];
};

/** Connects it and links something: what the calls below are then about. */
export const planted = async (
  { standins }: Cloud,
  provider: string,
  holder: Caller,
  connection: Planted['connection'],
  { auth, external, entityType, email, path, match, always = [] }: Subject,
) => {
  const script = async (faults: Fault[]): Promise<void> => {
    await control(provider, 'DELETE', 'faults', undefined, standins[provider]);
    await control(provider, 'POST', 'faults', faults, standins[provider]);
  };
  await script(always);
  const { id } = await connected(holder, provider, connection, 'organization', { auth });
  const link = (entityId: string) =>
    holder.post('/links', { entity: { type: entityType, id: entityId }, integrationId: id, external });
  const person = newId('person');
  const { body } = await link(person);
  const version = async (): Promise<number> =>
    (await holder.get(`/integrations/${id}`)).body.integration.version;
  const again = { provider, scope: 'user', auth, ...connection };
  let asked = 31;
  const candidate = () => ({ entity: { type: 'Person', id: newId('person') }, email });
  const aboutPersons = [
    () => holder.post('/links/bulk', { integrationId: id, candidates: [candidate(), candidate()] }),
    () => holder.get(`/persons/${person}/activity?from=${range.from}&to=${range.to}&refresh=true`),
    // Another range each time, because an answer is kept for a while.
    () => {
      asked += 1;
      return holder.post('/activity', { personIds: [person], from: day(-asked), to: range.to });
    },
  ];
  const proxied = (named: string) => [
    () => holder.get(`/integrations/${id}/proxy/${named}`),
    () => holder.post(`/integrations/${id}/proxy/${named}`, { a: 1 }),
  ];
  const aboutEvents = [() => holder.post('/calendar/import', { integrationId: id, externalId: external.id })];
  const entity = `type=${external.type}&externalId=${encodeURIComponent(external.id)}`;
  return {
    provider,
    caller: holder,
    integrationId: id as string,
    connection,
    rename: async (name: string) => holder.patch(`/integrations/${id}`, { name, version: await version() }),
    fault: async (act: Fault['act']) => {
      await script([{ match, times: 1, act }, ...always]);
      await control(provider, 'DELETE', 'calls', undefined, standins[provider]);
    },
    met: async () => {
      const { calls } = await control<{ calls: Call[] }>(
        provider,
        'GET',
        'calls',
        undefined,
        standins[provider],
      );
      return calls.length > 0;
    },
    mend: async () => {
      await script(always);
      const { body: tested } = await holder.post(`/integrations/${id}/test`);
      if (tested.ok !== true) throw new Error(`mend: ${JSON.stringify(tested)}`);
    },
    holderCalls: [
      () => holder.post('/integrations/test', again),
      async () => {
        const reply = await holder.post('/integrations/connect', again);
        if (reply.status === 201) await holder.delete(`/integrations/${reply.body.integration.id}`);
        return reply;
      },
      async () =>
        holder.patch(`/integrations/${id}`, {
          version: await version(),
          credentials: connection.credentials,
        }),
      () => holder.post(`/integrations/${id}/reconnect`, { auth, ...connection }),
      () => holder.post(`/integrations/${id}/test`),
      () => holder.post(`/integrations/${id}/search`, { query: 'ada' }),
      () => holder.get(`/integrations/${id}/entity?${entity}`),
      ...(path === null ? [] : proxied(path)),
      () => link(newId('person')),
      () => holder.post(`/links/${body.link.id}/refresh`),
      ...(email === null ? aboutEvents : aboutPersons),
    ],
  };
};
