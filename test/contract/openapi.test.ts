import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { codes } from '../../lib/contract/codes.ts';
import { failuresOf, type Operation } from '../../lib/contract/define.ts';
import { openApi } from '../../lib/contract/openapi.ts';
import * as definitions from '../../lib/contract/operations/index.ts';
import { complaintsOf, keywords, resolve } from '../support/json-schema.ts';
import { shapes } from './openapi-shape.ts';

type Json = Record<string, unknown>;
type Described = {
  operationId: string;
  security: unknown[];
  'x-access': unknown;
  parameters: { name: string; in: string; required: boolean; schema: Json }[];
  requestBody?: { required: boolean; content: Record<string, { schema?: Json }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: Json }> }>;
};

const document = openApi();
const paths = document['paths'] as Record<string, Record<string, Described>>;
const operations: readonly Operation[] = definitions.operations;
const routes = operations.flatMap((operation) => operation.methods.map((method) => ({ operation, method })));
const describedBy = ({ path }: Operation, method: string): Described | undefined =>
  paths[path.replace('{path+}', '{path}')]?.[method.toLowerCase()];

const everyNode = (value: unknown): Json[] => {
  if (Array.isArray(value)) return value.flatMap(everyNode);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Json, ...Object.values(value).flatMap(everyNode)];
};

/** Every schema of the document: at the places where one may stand, and what those are made of. */
const schemasIn = (schema: unknown): Json[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const {
    properties = {},
    items,
    additionalProperties,
    propertyNames,
    anyOf = [],
    allOf = [],
  } = schema as Json;
  const parts = [
    ...Object.values(properties as Json),
    items,
    additionalProperties,
    propertyNames,
    anyOf,
    allOf,
  ];
  return [schema as Json, ...parts.flat().flatMap(schemasIn)];
};
const components = (document['components'] as { schemas: Json }).schemas;
const allSchemas = [
  ...Object.values(components),
  ...everyNode(paths).flatMap((node) => ('schema' in node ? [node['schema']] : [])),
].flatMap(schemasIn);

describe('the OpenAPI document', () => {
  it('has the shape of OpenAPI 3.1', () => {
    expect(complaintsOf({ shapes }, shapes.document, document)).toEqual([]);
    expect(complaintsOf({ shapes }, shapes.document, { ...document, openapi: '3.0.3' })).not.toEqual([]);
  });

  it('points with every $ref to something that is there', () => {
    const refs = everyNode(document).flatMap((node) =>
      typeof node['$ref'] === 'string' ? [node['$ref']] : [],
    );

    expect(refs.length).toBeGreaterThan(50);
    for (const ref of refs) expect(resolve(document, ref), ref).toBeTypeOf('object');
  });

  it('holds only schemas whose every keyword and pattern means something', () => {
    expect(allSchemas.length).toBeGreaterThan(300);
    for (const schema of allSchemas) {
      expect(Object.keys(schema).filter((keyword) => !keywords.has(keyword))).toEqual([]);
      if (typeof schema['pattern'] === 'string')
        expect(new RegExp(schema['pattern'], 'u')).toBeInstanceOf(RegExp);
      const required = (schema['required'] as string[] | undefined) ?? [];
      expect(required.filter((name) => !Object.hasOwn((schema['properties'] ?? {}) as object, name))).toEqual(
        [],
      );
    }
  });

  it('names each operation once', () => {
    const ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );

    expect(ids.length).toBe(routes.length);
    expect([...new Set(ids)]).toEqual(ids);
  });

  it('is what `npm run openapi` prints', () => {
    const printed = execFileSync(process.execPath, ['infra/openapi.ts'], { encoding: 'utf8' });

    expect(JSON.parse(printed)).toEqual(document);
  });

  it('shows no secret among what is answered', () => {
    const answered = Object.entries(components)
      .filter(([name]) => !name.endsWith('Body'))
      .map(([, schema]) => schema);
    const names = answered
      .flatMap(everyNode)
      .flatMap((node) => Object.keys((node['properties'] ?? {}) as object));

    expect(names).toContain('secrets');
    for (const hidden of [
      'credentials',
      'sealed',
      'apiToken',
      'token',
      'password',
      'privateKey',
      'clientSecret',
    ])
      expect(names).not.toContain(hidden);
  });
});

describe.each(routes)('$operation.id with $method', ({ operation, method }) => {
  const described = describedBy(operation, method);

  it('is described, with who may call it', () => {
    const { access } = operation;

    expect(described?.operationId.startsWith(operation.id)).toBe(true);
    expect(described?.security).toEqual(access.by === 'session' ? [{ session: [] }] : []);
    expect(described?.['x-access']).toEqual(access);
  });

  it('shows every parameter', () => {
    const shown = (described?.parameters ?? []).map((one) => `${one.in} ${one.name}`);
    const inPath = [...operation.path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => `path ${name}`);

    expect(shown).toEqual(expect.arrayContaining(inPath));
    expect([...new Set(shown)]).toEqual(shown);
    expect(shown.filter((name) => name.startsWith('path')).length).toBe(inPath.length);
    expect(shown.some((name) => name.startsWith('query'))).toBe(operation.query !== null);
    expect(shown.includes('header idempotency-key')).toBe(operation.creates);
    for (const one of described?.parameters ?? []) if (one.in === 'path') expect(one.required).toBe(true);
  });

  it('shows what it reads', () => {
    const body = described?.requestBody;

    if (operation.body === null) expect(body).toBeUndefined();
    else
      expect(Object.keys(body?.content ?? {})).toEqual([
        operation.body === 'raw' ? '*/*' : 'application/json',
      ]);
    if (operation.body !== null && operation.body !== 'raw') expect(body?.required).toBe(true);
  });

  it('shows every answer, and every code it may fail with under its status', () => {
    const succeeding = Object.values(operation.answers).map(({ status }) => status);
    const failing = failuresOf(operation);
    const statuses = new Set([
      ...[...succeeding, ...failing.map((code) => codes[code].status)].map(String),
      ...(operation.etag ? ['304'] : []),
      ...(operation.id === 'integrations.proxy' ? ['default'] : []),
    ]);

    expect(Object.keys(described?.responses ?? {}).toSorted()).toEqual([...statuses].toSorted());
    for (const { status, body } of Object.values(operation.answers)) {
      const types = Object.keys(described?.responses[status]?.content ?? {});
      expect(types).toEqual(body === null ? [] : [body === 'raw' ? '*/*' : 'application/json']);
    }
    const listed = Object.values(described?.responses ?? {}).flatMap(({ content }) => {
      const schema = content?.['application/problem+json']?.schema as
        | { allOf: [Json, { properties: { code: { enum: string[] } } }] }
        | undefined;
      return schema?.allOf[1].properties.code.enum ?? [];
    });
    expect(listed.toSorted()).toEqual([...failing].toSorted());
  });
});
