/**
 * As much of JSON Schema 2020-12 as OpenAPI needs, independent of the library the contract is written
 * in. A keyword it does not know is an error, so that nothing passes unread.
 */
type Schema = Record<string, unknown>;

const notes = new Set(['$schema', 'title', 'description', 'default', 'examples', 'format']);
const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
};
const isObject = (value: unknown): value is Record<string, unknown> => typeOf(value) === 'object';

const isOfType = (value: unknown, type: string): boolean =>
  type === 'integer' ? Number.isSafeInteger(value) : typeOf(value) === type;

type Check = (value: unknown, rule: never, schema: Schema, complaints: Complaints) => void;
type Complaints = {
  at: string;
  add: (text: string) => void;
  below: (value: unknown, schema: unknown, name: string) => void;
  passes: (value: unknown, schema: unknown) => boolean;
};

const size = (value: unknown): number =>
  typeof value === 'string' ? Array.from(value).length : (value as unknown[]).length;

const checks: Record<string, Check> = {
  type: (value, type: string | string[], _schema, { add }) => {
    if (![type].flat().some((one) => isOfType(value, one))) add(`is ${typeOf(value)}, not ${String(type)}`);
  },
  enum: (value, options: unknown[], _schema, { add }) => {
    if (!options.some((option) => option === value)) add(`is ${JSON.stringify(value)}, none of its options`);
  },
  const: (value, only: unknown, _schema, { add }) => {
    if (value !== only) add(`is not ${JSON.stringify(only)}`);
  },
  pattern: (value, pattern: string, _schema, { add }) => {
    if (typeof value === 'string' && !new RegExp(pattern, 'u').test(value)) add(`does not match ${pattern}`);
  },
  minLength: (value, least: number, _schema, { add }) => {
    if (typeof value === 'string' && size(value) < least) add(`is shorter than ${least}`);
  },
  maxLength: (value, most: number, _schema, { add }) => {
    if (typeof value === 'string' && size(value) > most) add(`is longer than ${most}`);
  },
  minItems: (value, least: number, _schema, { add }) => {
    if (Array.isArray(value) && size(value) < least) add(`has fewer than ${least}`);
  },
  maxItems: (value, most: number, _schema, { add }) => {
    if (Array.isArray(value) && size(value) > most) add(`has more than ${most}`);
  },
  minimum: (value, least: number, _schema, { add }) => {
    if (typeof value === 'number' && value < least) add(`is less than ${least}`);
  },
  maximum: (value, most: number, _schema, { add }) => {
    if (typeof value === 'number' && value > most) add(`is more than ${most}`);
  },
  required: (value, names: string[], _schema, { add }) => {
    for (const name of names) if (isObject(value) && !Object.hasOwn(value, name)) add(`lacks ${name}`);
  },
  properties: (value, properties: Schema, _schema, { below }) => {
    for (const [name, schema] of Object.entries(properties))
      if (isObject(value) && Object.hasOwn(value, name)) below(value[name], schema, name);
  },
  additionalProperties: (value, rest: unknown, { properties = {} }, { below }) => {
    for (const [name, one] of Object.entries(isObject(value) ? value : {}))
      if (!Object.hasOwn(properties as object, name)) below(one, rest, name);
  },
  propertyNames: (value, schema: unknown, _schema, { below }) => {
    for (const name of Object.keys(isObject(value) ? value : {})) below(name, schema, `(name ${name})`);
  },
  items: (value, schema: unknown, _schema, { below }) => {
    for (const [index, one] of (Array.isArray(value) ? value : []).entries())
      below(one, schema, String(index));
  },
  anyOf: (value, schemas: unknown[], _schema, { add, passes }) => {
    if (!schemas.some((schema) => passes(value, schema))) add('fits none of its alternatives');
  },
  allOf: (value, schemas: unknown[], _schema, { below }) => {
    for (const schema of schemas) below(value, schema, '');
  },
};

/** All that may stand in a schema. */
export const keywords: ReadonlySet<string> = new Set(['$ref', ...notes, ...Object.keys(checks)]);

/** What a value has against a schema of a document; empty where it fits. */
export const complaintsOf = (document: Schema, schema: unknown, value: unknown, at = ''): string[] => {
  if (schema === true) return [];
  if (schema === false) return [`${at} is not allowed`];
  if (!isObject(schema)) throw new Error(`${at}: no schema: ${JSON.stringify(schema)}`);
  const found: string[] = [];
  const complaints: Complaints = {
    at,
    add: (text) => found.push(`${at || 'it'} ${text}`),
    below: (one, rule, name) =>
      found.push(...complaintsOf(document, rule, one, [at, name].filter(Boolean).join('.'))),
    passes: (one, rule) => complaintsOf(document, rule, one, at).length === 0,
  };
  for (const [keyword, rule] of Object.entries(schema)) {
    if (keyword === '$ref')
      found.push(...complaintsOf(document, resolve(document, rule as string), value, at));
    else if (checks[keyword]) checks[keyword](value, rule as never, schema, complaints);
    else if (!notes.has(keyword)) throw new Error(`${at}: the keyword ${keyword} is not known here`);
  }
  return found;
};

/** What a `$ref` within the document points to; throws where it points nowhere. */
export const resolve = (document: Schema, ref: string): unknown => {
  if (!ref.startsWith('#/')) throw new Error(`${ref} is not of this document`);
  return ref
    .slice(2)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((part, name) => {
      if (!isObject(part) || !Object.hasOwn(part, name)) throw new Error(`${ref} points nowhere`);
      return part[name];
    }, document);
};
