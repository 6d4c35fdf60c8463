import type { SyncFacts } from '../connectors/connector.ts';
import { manifestOf } from '../connectors/registry.ts';
import { AppError, type FieldError } from '../errors/error.ts';
import { eventWrites } from '../events/record.ts';
import { requireScopes, using } from '../integrations/use.ts';
import type { Caller } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import type { Mapping, RecordType } from '../model/sync.ts';
import { ownerOf } from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { findSync, unlessDeleted } from '../store/syncs.ts';
import { transact } from '../store/table.ts';
import { newState } from './begin.ts';
import { mappingFor, normalise } from './normalise.ts';
import { syncFactsOf } from './syncs.ts';
import { recordView } from './view.ts';

const mostEntries = 50;
const sampleSize = 10;
const targetForm = /^[a-z][A-Za-z0-9]{0,39}$/;

/** Every type, source and target that is not known is named. */
const check = (facts: SyncFacts, mapping: Mapping): void => {
  const errors: FieldError[] = [];
  for (const [type, { fields, statuses }] of Object.entries(mapping)) {
    const known = facts.types[type as RecordType];
    const at = `mapping.${type}`;
    if (!known) {
      errors.push({ path: at, message: `must be one of ${Object.keys(facts.types).join(', ')}` });
      continue;
    }
    for (const [target, source] of Object.entries(fields)) {
      if (!targetForm.test(target))
        errors.push({ path: `${at}.fields`, message: 'has a name that is no camelCase word' });
      if (!known.sources.includes(source))
        errors.push({
          path: `${at}.fields.${target}`,
          message: `must be one of ${known.sources.join(', ')}`,
        });
    }
    for (const [part, entries] of [
      ['fields', fields],
      ['statuses', statuses],
    ] as const)
      if (Object.keys(entries).length > mostEntries)
        errors.push({ path: `${at}.${part}`, message: `must have at most ${mostEntries} entries` });
  }
  if (errors.length > 0)
    throw new AppError('invalid_request', `${errors[0]?.path} ${errors[0]?.message}.`, { errors });
};

const view = (facts: SyncFacts, mapping: Mapping) => ({
  mapping,
  available: Object.fromEntries(
    Object.entries(facts.types).map(([type, one]) => [
      type,
      { sources: [...one.sources], standard: one.mapping },
    ]),
  ),
});

export const readMapping = async (caller: Caller, { id, provider }: IntegrationRecord) => {
  const facts = await syncFactsOf(provider);
  return view(facts, (await findSync(ownerOf(caller, id), id))?.mapping ?? {});
};

/** Records made by another mapping are made again: the positions go, and the next run reads everything. */
export const setMapping = async (caller: Caller, { id, provider }: IntegrationRecord, mapping: Mapping) => {
  const facts = await syncFactsOf(provider);
  check(facts, mapping);
  const owner = ownerOf(caller, id);
  const state = (await findSync(owner, id)) ?? newState(id, provider);
  const { mapping: _m, mappingVersion: _v, positions: _p, lastFullAt: _l, ...first } = newState(id, provider);
  await transact([
    {
      update: keys.sync(owner, id),
      setOnce: first,
      set: { mapping, mappingVersion: state.mappingVersion + 1, positions: {}, lastFullAt: null },
      when: [['mappingVersion', 'absent or =', state.mappingVersion]],
    },
    unlessDeleted(owner, id),
    ...eventWrites(owner, {
      actor: caller.userId,
      action: 'mapping.updated',
      target: id,
      provider,
      outcome: 'ok',
      detail: { types: Object.keys(mapping) },
    }),
  ]);
  return view(facts, mapping);
};

/** A mapping applied to what the provider has now; nothing is kept. */
export const previewOf = async (caller: Caller, { id, provider }: IntegrationRecord, mapping: Mapping) => {
  const facts = await syncFactsOf(provider);
  check(facts, mapping);
  const { name } = await manifestOf(provider);
  const stream = facts.streams[0] ?? '';
  const page = await using(
    caller,
    id,
    (usable) => requireScopes(usable, facts),
    ({ adapter, session }) => {
      if (!adapter.sync) throw new AppError('internal', `${name} promised a sync and has none.`);
      return adapter.sync(session, { stream, position: null, cursor: null, limit: sampleSize });
    },
  );
  return {
    samples: page.items.slice(0, sampleSize).map((item) => ({
      sources: { ...item.sources },
      record: {
        ...recordView(id, {
          ...normalise(item, mappingFor(facts, mapping, item.type)),
          hash: '',
          seenIn: '',
          syncedAt: '',
          source: '',
        }),
        syncedAt: null,
      },
    })),
  };
};
