/** Wrong inputs, generated from the JSON Schema of what is right. */

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };

export type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  enum?: string[];
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
};

/** `path` is the field that the refusal must name. */
export type WrongBody = { name: string; body: Json; path: string };

const hidden = ['a\u0000b', 'a\u202eb', 'a\ud800b', '\u2066a'];

export const wrongTexts = ({ enum: options, pattern, format, minLength, maxLength }: Schema): string[] => [
  ...(options ? ['nonsense', 'toString', (options[0] ?? '').toUpperCase()] : []),
  ...(pattern !== undefined ? hidden : []),
  ...(pattern !== undefined && maxLength === undefined ? ['x'.repeat(5000)] : []),
  ...(maxLength !== undefined ? ['x'.repeat(maxLength + 1)] : []),
  ...((minLength ?? 0) > 0 || options || pattern?.includes('+$') ? [''] : []),
  ...(format?.startsWith('date') ? ['2026-02-30', 'yesterday', '20260101', '2026-1-1'] : []),
  ...(format === 'email' ? ['nobody', 'a@b', 'a b@c.example', 'a@b.example\n'] : []),
];

const wrongNumbers = ({ minimum, maximum }: Schema): Json[] => [
  1.5,
  1e308,
  2 ** 53 + 2,
  ...(minimum !== undefined ? [minimum - 1, -(2 ** 40)] : []),
  ...(maximum !== undefined ? [maximum + 1] : []),
];

const ofOtherTypes: Record<string, Json[]> = {
  string: [7, true, {}, [], ['text'], null],
  integer: ['7', 'x', '', true, {}, [], [7], null],
  boolean: ['true', 0, 1, {}, [], null],
  array: [{}, 'text', 7, null],
  object: [[], ['text'], 'text', 7, true, null],
};

const wrongValues = (schema: Schema, valid: Json | undefined): Json[] => {
  if (schema.anyOf) {
    const mayBeNull = schema.anyOf.some(({ type }) => type === 'null');
    const values = schema.anyOf
      .flatMap((one) => wrongValues(one, valid))
      .map((value) => JSON.stringify(value));
    const distinct = [...new Set(values)].map((text) => JSON.parse(text) as Json);
    return distinct.filter((value) => !(mayBeNull && value === null));
  }
  const { type = 'object', minItems, maxItems } = schema;
  const first = Array.isArray(valid) ? valid[0] : undefined;
  return [
    ...(ofOtherTypes[type] ?? []),
    ...(type === 'string' ? wrongTexts(schema) : []),
    ...(type === 'integer' ? wrongNumbers(schema) : []),
    ...(minItems !== undefined && minItems > 0 ? [[]] : []),
    ...(maxItems !== undefined && first !== undefined ? [Array(maxItems + 1).fill(first) as Json[]] : []),
  ];
};

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: Json): string => {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 20)}… (${text.length} letters)` : text;
};

/** Attributes of stored things that no body may set. */
const attributes = ['organizationId', 'userId', 'owner', 'createdBy', 'status', 'state', 'account', 'tenant'];
const inner = ['secrets', 'sealed', 'sealedVersion', 'pk', 'sk', 'due', 'expiresAt', 'role', 'id'];

/** Of a schema with alternatives, the one the valid value is of. */
export const alternativeFor = (schema: Schema, valid: object): Schema =>
  schema.anyOf?.find(({ required = [] }) => required.every((name) => name in valid)) ?? schema;

/** Every way in which a body can be wrong in one place, the rest of it being right. */
export const wrongBodies = (whole: Schema, valid: Json, path: readonly string[] = []): WrongBody[] => {
  const schema = isObject(valid) ? alternativeFor(whole, valid) : whole;
  const at = (name: string): string => [...path, name].join('.');
  if (schema.items && Array.isArray(valid)) {
    const [first = null, ...rest] = valid;
    return [
      ...wrongValues(schema.items, first).map((value) => ({
        name: `${shown(value)} for ${at('0')}`,
        body: [value, ...rest],
        path: at('0'),
      })),
      ...wrongBodies(schema.items, first, [...path, '0']).map((one) => ({
        ...one,
        body: [one.body, ...rest],
      })),
    ];
  }
  if (!isObject(valid)) return [];
  const { properties = {}, required = [], additionalProperties } = schema;
  const known =
    typeof additionalProperties === 'object'
      ? Object.fromEntries(Object.keys(valid).map((name) => [name, additionalProperties]))
      : properties;
  const isClosed = additionalProperties === false;
  const strangers = path.length === 0 ? ['intruder', ...attributes, ...inner] : ['intruder'];
  return [
    ...required.map((name) => {
      const { [name]: _, ...rest } = valid;
      return { name: `no ${at(name)}`, body: rest, path: at(name) };
    }),
    ...strangers
      .filter((name) => isClosed && !(name in properties))
      .map((name) => ({ name: `a field ${at(name)}`, body: { ...valid, [name]: 'x' }, path: at(name) })),
    ...Object.entries(known).flatMap(([name, part]) => [
      ...wrongValues(part, valid[name]).map((value) => ({
        name: `${shown(value)} for ${at(name)}`,
        body: { ...valid, [name]: value },
        path: at(name),
      })),
      ...wrongBodies(part, valid[name] ?? null, [...path, name]).map((one) => ({
        ...one,
        body: { ...valid, [name]: one.body },
      })),
    ]),
  ];
};

/** The body as text with one more member in each of its objects, also one that `JSON.stringify` would lose. */
export const withMember = (
  valid: Json,
  name: string,
  path: readonly string[] = [],
): { text: string; path: string }[] => {
  if (typeof valid !== 'object' || valid === null) return [];
  const member = `"${name}":{"isAdmin":true}`;
  const here = isObject(valid)
    ? [
        {
          text: JSON.stringify({ '@': 0, ...valid }).replace('"@":0', member),
          path: [...path, name].join('.'),
        },
      ]
    : [];
  const below = Object.entries(valid).flatMap(([key, child]) =>
    withMember(child, name, [...path, key]).map((one) => {
      const rest = Array.isArray(valid) ? [...valid] : { ...valid };
      (rest as JsonObject)[key] = '@@@';
      return { text: JSON.stringify(rest).replace('"@@@"', () => one.text), path: one.path };
    }),
  );
  return [...here, ...below];
};
