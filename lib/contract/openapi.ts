import * as z from 'zod/mini';
import { codes } from './codes.ts';
import { failuresOf, type Operation, type Schema } from './define.ts';
import { idempotencyKeyForm } from './headers.ts';
import { operations } from './operations/index.ts';
import * as shapes from './shapes.ts';

/** The contract as OpenAPI 3.1, folded from the definitions; nothing in it is written twice. */

type Json = Record<string, unknown>;

const named = {
  ExternalEntity: shapes.ExternalEntity,
  Integration: shapes.Integration,
  IntegrationSummary: shapes.IntegrationSummary,
  Link: shapes.Link,
  Provider: shapes.Provider,
  Problem: shapes.Problem,
} as const satisfies Record<string, Schema>;

const pascal = (id: string): string =>
  id.replaceAll(/(^|[.-])(\w)/g, (_, _dot, letter: string) => letter.toUpperCase());
const pointer = (name: string): string => `#/components/schemas/${name}`;

/** JSON Schemas of all shapes, by component name; what callers send and what they get differ in what is required. */
const components = (schemas: Record<string, Schema>, io: 'input' | 'output'): Json => {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries(schemas)) registry.add(schema, { id: name });
  const made = z.toJSONSchema(registry, { io, uri: pointer, unrepresentable: 'any' }).schemas;
  return Object.fromEntries(
    Object.entries(made).map(([name, { $schema: _schema, $id: _id, ...schema }]: [string, Json]) => [
      name,
      schema,
    ]),
  );
};

const isSchema = (part: Operation['body']): part is Schema => part !== null && part !== 'raw';

const bodies = (): Record<string, Schema> =>
  Object.fromEntries(
    operations.flatMap((operation: Operation): [string, Schema][] =>
      isSchema(operation.body) ? [[`${pascal(operation.id)}Body`, operation.body]] : [],
    ),
  );

const answerName = (operation: Operation, outcome: string): string =>
  `${pascal(operation.id)}${Object.keys(operation.answers).length > 1 ? pascal(outcome) : ''}Answer`;

const answers = (): Record<string, Schema> =>
  Object.fromEntries(
    operations.flatMap((operation: Operation) =>
      Object.entries(operation.answers).flatMap(([outcome, { body }]): [string, Schema][] =>
        isSchema(body) ? [[answerName(operation, outcome), body]] : [],
      ),
    ),
  );

/** One parameter that several alternatives know: it may be what any of them allows. */
const either = (forms: readonly Json[]): Json => {
  const distinct = [...new Map(forms.map((form) => [JSON.stringify(form), form])).values()];
  const [only] = distinct;
  if (only && distinct.length === 1) return only;
  return distinct.every((form) => 'const' in form)
    ? { type: 'string', enum: distinct.map((form) => form['const']) }
    : { anyOf: distinct };
};

const parametersIn = (place: 'path' | 'query' | 'header', schema: Schema | null): Json[] => {
  if (!schema) return [];
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  const alternatives = (json['anyOf'] as Json[] | undefined) ?? [json];
  const properties = Map.groupBy(
    alternatives.flatMap((one) => Object.entries(one['properties'] as Record<string, Json>)),
    ([name]) => name,
  );
  const required = alternatives
    .map((one) => (one['required'] as string[] | undefined) ?? [])
    .reduce((all, some) => all.filter((name) => some.includes(name)));
  return [...properties].map(([name, forms]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: either(forms.map(([, form]) => form)),
  }));
};

const problemAnswers = (operation: Operation): Json => {
  const byStatus = Map.groupBy(failuresOf(operation), (code) => codes[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => `\`${code}\`: ${codes[code].title}`).join('\n\n'),
        content: {
          'application/problem+json': {
            schema: { allOf: [{ $ref: pointer('Problem') }, { properties: { code: { enum: list } } }] },
          },
        },
      },
    ]),
  );
};

/** Outcomes that share a status are alternatives. */
const successAnswers = (operation: Operation): Json => {
  const byStatus = Map.groupBy(Object.entries(operation.answers), ([, { status }]) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, outcomes]) => {
      const shapes = outcomes.flatMap(([outcome, { body }]) =>
        isSchema(body) ? [{ $ref: pointer(answerName(operation, outcome)) }] : [],
      );
      const [only] = shapes;
      const names = outcomes.map(([outcome]) => outcome).join(', or ');
      return [
        String(status),
        {
          description: names === 'ok' ? operation.summary : names,
          ...(only && {
            content: { 'application/json': { schema: shapes.length > 1 ? { anyOf: shapes } : only } },
          }),
          ...(outcomes.some(([, { body }]) => body === 'raw') && { content: { '*/*': {} } }),
        },
      ];
    }),
  );
};

/** What passes bytes both ways answers with whatever the other side says. */
const passedOn: Json = {
  default: {
    description: "The provider's own answer, whatever its status, marked `x-answered-by: provider`",
    content: { '*/*': {} },
  },
};

const idempotencyKey: Json = {
  name: 'idempotency-key',
  in: 'header',
  required: false,
  description: 'Repeating the call with the same key and body gives the same answer.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: idempotencyKeyForm },
};

const describe = (operation: Operation): Json => ({
  operationId: operation.id,
  summary: operation.summary,
  tags: [operation.id.split('.')[0]],
  security: operation.access.by === 'session' ? [{ session: [] }] : [],
  'x-access': operation.access,
  parameters: [
    ...parametersIn('path', operation.params),
    ...parametersIn('query', operation.query),
    ...parametersIn('header', operation.headers),
    ...(operation.creates ? [idempotencyKey] : []),
  ],
  ...(isSchema(operation.body) && {
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { $ref: pointer(`${pascal(operation.id)}Body`) } } },
    },
  }),
  ...(operation.body === 'raw' && { requestBody: { required: false, content: { '*/*': {} } } }),
  responses: {
    ...successAnswers(operation),
    ...(operation.etag && { 304: { description: 'Unchanged since the ETag that was sent' } }),
    ...problemAnswers(operation),
    ...(operation.answers['ok']?.body === 'raw' && operation.body === 'raw' && passedOn),
  },
});

const paths = (): Json => {
  const all: Record<string, Json> = {};
  for (const operation of operations as readonly Operation[]) {
    const path = operation.path.replace('{path+}', '{path}');
    for (const method of operation.methods) {
      const id = operation.methods.length > 1 ? `${operation.id}.${method.toLowerCase()}` : operation.id;
      all[path] = { ...all[path], [method.toLowerCase()]: { ...describe(operation), operationId: id } };
    }
  }
  return all;
};

export const openApi = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'ManagerOS Integrations',
    version: '1',
    description:
      'Connect Jira, GitHub and more, link people and meetings to their outside twins, and see their work. ' +
      'Errors are problem documents (RFC 9457) whose `code` is one of those each operation lists; the gateway itself ' +
      'answers 401, 404, 413, 429 and 503 with `{ "message" }`.',
  },
  servers: [{ url: '/api/v1' }],
  paths: paths(),
  components: {
    schemas: { ...components({ ...named, ...answers() }, 'output'), ...components(bodies(), 'input') },
    securitySchemes: { session: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
  },
});
