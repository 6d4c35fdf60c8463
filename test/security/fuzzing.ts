import fc from 'fast-check';
import * as z from 'zod/mini';
import type { Operation } from '../../lib/contract/define.ts';
import type { Json, Schema } from './input-cases.ts';
import type { Parts } from './matrix.ts';

/** Inputs nobody thought of: what a call takes by its schema, and a valid call with parts of it exchanged. */

const hostileTexts = [
  '',
  ' ',
  '..',
  '../../etc/passwd',
  '%2e%2e%2f',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  'javascript:alert(1)',
  '{{constructor}}',
  '__proto__',
  'constructor',
  'a\u0000b',
  'a\r\nx-injected: 1',
  '\u202eevil',
  '\ud800',
  'İstanbul',
  'ﬀ',
  'ORG#x#INT#y',
  'https://169.254.169.254/latest',
  '99999999999999999999',
  '-0',
  '1e308',
  'null',
  '😀'.repeat(50),
  'x'.repeat(10_000),
];
const hostile: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json[]>(...hostileTexts),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom<Json[]>(null, true, false, 0, -1, 1.5, 2 ** 53 + 2, -(2 ** 63), [], {}, [[]], [null]),
  fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>,
);

const textFor = ({ enum: options, format, maxLength = 200, minLength = 0 }: Schema): fc.Arbitrary<Json> => {
  if (options) return fc.constantFrom<Json[]>(...options);
  if (format === 'date') return fc.date({ noInvalidDate: true }).map((at) => at.toISOString().slice(0, 10));
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((at) => at.toISOString());
  if (format === 'email') return fc.emailAddress();
  const most = Math.min(maxLength, 300);
  const least = Math.min(minLength, most);
  return fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9._:-]{1,40}$/),
    fc.string({ unit: 'grapheme', minLength: least, maxLength: most }),
  );
};

/** Values that a schema describes, as far as it says so; patterns are left to luck. */
const fitting = (schema: Schema): fc.Arbitrary<Json> => {
  const { anyOf, type, properties = {}, required = [], items = {}, minItems = 0 } = schema;
  if (anyOf) return fc.oneof(...anyOf.map(fitting));
  if (type === 'string') return textFor(schema);
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  if (type === 'integer' || type === 'number')
    return fc.integer({ min: schema.minimum ?? -1000, max: Math.min(schema.maximum ?? 1000, 1e6) });
  if (type === 'array')
    return fc.array(fitting(items), { minLength: minItems, maxLength: Math.min(schema.maxItems ?? 5, 5) });
  if (type === 'object') {
    const shape = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, fitting(one)]));
    return fc.record(shape, { requiredKeys: required }) as fc.Arbitrary<Json>;
  }
  return hostile;
};

const schemaOf = (schema: Operation['body']): Schema | null =>
  schema === null || schema === 'raw' ? null : (z.toJSONSchema(schema, { io: 'input' }) as Schema);

type Tree = { [name: string]: Json };
type Change = { at: number; value: Json; kind: 'replace' | 'drop' | 'add' };

/** Every place within a value, as the way to it. */
const placesIn = (value: Json, path: string[] = []): string[][] => [
  path,
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, child]) => placesIn(child as Json, [...path, name]))
    : []),
];

const changed = (value: Json, [name, ...rest]: readonly string[], { kind, value: other }: Change): Json => {
  if (name === undefined) return kind === 'replace' ? other : value;
  const copy = structuredClone(value) as Tree;
  if (rest.length > 0) copy[name] = changed(copy[name] ?? null, rest, { at: 0, kind, value: other });
  else if (kind === 'drop') delete copy[name];
  else if (kind === 'add')
    Object.defineProperty(copy, JSON.stringify(other).slice(0, 50), { value: 1, enumerable: true });
  else copy[name] = other;
  return copy;
};

const mutated = (value: Tree, changes: readonly Change[]): Tree =>
  changes.reduce<Tree>((tree, change) => {
    const places = placesIn(tree).filter((path) => path.length > 0);
    const place = places[change.at % Math.max(1, places.length)];
    return place ? (changed(tree, place, change) as Tree) : tree;
  }, value);

export type Fuzzed = { params: Tree; query: Tree; body: Json | undefined };

/** Calls of an operation around one that is valid. */
export const fuzzed = (operation: Operation, valid: Parts): fc.Arbitrary<Fuzzed> => {
  const { params = {}, query = {}, body } = valid;
  const bodySchema = schemaOf(operation.body);
  const querySchema = schemaOf(operation.query);
  const changes = fc.array(
    fc.record({
      at: fc.nat(100),
      value: hostile,
      kind: fc.constantFrom<Change['kind'][]>('replace', 'replace', 'drop', 'add'),
    }),
    { minLength: 1, maxLength: 3 },
  );
  const around = changes.map((list) => {
    const tree = mutated({ params, query, ...(body && { body: body as Tree }) } as Tree, list);
    return {
      params: (tree['params'] ?? {}) as Tree,
      query: (tree['query'] ?? {}) as Tree,
      body: tree['body'],
    };
  });
  const described = fc.record({
    params: fc.constant(params as Tree),
    query: (querySchema ? fitting(querySchema) : fc.constant({})) as fc.Arbitrary<Tree>,
    body: bodySchema ? fitting(bodySchema) : fc.constant(undefined),
  });
  return fc.oneof({ weight: 3, arbitrary: around }, { weight: 1, arbitrary: described });
};
