import { cleanLine, cleanOptional } from '../connectors/clean.ts';
import type { SyncFacts } from '../connectors/connector.ts';
import type { Mapping, SourceValue, SyncedRecord, SyncItem, TypeMapping } from '../model/sync.ts';
import { digest } from '../store/keys.ts';

/** From what a connector read to the one form of all providers, by a mapping. */

const mostText = 2_000;
const mostList = 50;
/** Of a record's own fields, in bytes: a page of records is one transaction of at most 4 MB. */
const mostBytes = 24_000;

/** Bounded again, whatever a connector let through: what is stored here is shown. */
const bounded = (value: SourceValue): Exclude<SourceValue, null> | null => {
  if (typeof value === 'string') return cleanOptional(value, mostText);
  if (Array.isArray(value)) return value.slice(0, mostList).map((one: string) => cleanLine(one, 200));
  return value as Exclude<SourceValue, null> | null;
};

/** The mapping that holds for a type: the provider's own, with what the integration says over it. */
export const mappingFor = (facts: SyncFacts, mapping: Mapping, type: SyncItem['type']): TypeMapping => {
  const standard = facts.types[type]?.mapping ?? { fields: {}, statuses: {} };
  const own = mapping[type];
  // The database gives the names of a map in any order; which fields there is room for must not change with it.
  const fields = Object.entries(own?.fields ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    fields: { ...standard.fields, ...Object.fromEntries(fields) },
    statuses: { ...standard.statuses, ...own?.statuses },
  };
};

/** The fields in their order, as many as there is room for. */
const withinBounds = (entries: [string, Exclude<SourceValue, null>][]) => {
  let left = mostBytes;
  return entries.filter(([target, value]) => {
    left -= Buffer.byteLength(JSON.stringify([target, value]));
    return left >= 0;
  });
};

const asText = (value: SourceValue | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

export const normalise = (item: SyncItem, { fields, statuses }: TypeMapping): SyncedRecord => {
  const { title: titleFrom, description: descriptionFrom, ...others } = fields;
  const source = (name: string | undefined): SourceValue =>
    name !== undefined && Object.hasOwn(item.sources, name) ? (item.sources[name] ?? null) : null;
  const providerStatus = cleanOptional(asText(source('status')), 100);
  const mapped = providerStatus !== null && Object.hasOwn(statuses, providerStatus);
  return {
    type: item.type,
    externalId: item.id,
    title: cleanLine(asText(source(titleFrom)), 300, item.id),
    description: cleanOptional(asText(source(descriptionFrom)), mostText),
    status: mapped ? (statuses[providerStatus] ?? null) : item.category,
    providerStatus,
    fields: Object.fromEntries(
      withinBounds(
        Object.entries(others).flatMap(([target, from]) => {
          const value = bounded(source(from));
          return value === null ? [] : [[target, value]];
        }),
      ),
    ),
    url: item.url,
    createdAt: item.createdAt,
    updatedAt: item.updatedAt,
  };
};

/** Tells whether a record is another than the one stored. */
export const hashOf = (record: SyncedRecord): string => {
  const { fields, ...rest } = record;
  const ordered = Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return digest(JSON.stringify([Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)), ordered]));
};
