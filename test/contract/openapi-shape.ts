/**
 * The shape of an OpenAPI 3.1 document, as far as ours goes, after the specification's own tables; with
 * `#/shapes/…` pointing into this file. Schemas within are looked at apart.
 */
const text = { type: 'string', minLength: 1 };
const closed = (properties: Record<string, unknown>, required: string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const mapOf = (name: string) => ({ type: 'object', additionalProperties: { $ref: `#/shapes/${name}` } });
const operation = { $ref: '#/shapes/operation' };

export const shapes = {
  document: closed(
    {
      openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
      info: closed({ title: text, version: text, description: text }, ['title', 'version']),
      servers: { type: 'array', minItems: 1, items: closed({ url: text, description: text }, ['url']) },
      paths: {
        type: 'object',
        propertyNames: { pattern: '^/' },
        additionalProperties: { $ref: '#/shapes/pathItem' },
      },
      components: closed({ schemas: mapOf('schema'), securitySchemes: mapOf('securityScheme') }, []),
    },
    ['openapi', 'info', 'paths'],
  ),
  pathItem: closed(
    { get: operation, put: operation, post: operation, delete: operation, patch: operation },
    [],
  ),
  operation: closed(
    {
      operationId: text,
      summary: text,
      description: text,
      tags: { type: 'array', items: text },
      security: {
        type: 'array',
        items: { type: 'object', additionalProperties: { type: 'array', items: text } },
      },
      parameters: { type: 'array', items: { $ref: '#/shapes/parameter' } },
      requestBody: closed({ required: { type: 'boolean' }, content: mapOf('mediaType'), description: text }, [
        'content',
      ]),
      responses: {
        type: 'object',
        propertyNames: { pattern: '^([1-5]\\d\\d|default)$' },
        additionalProperties: { $ref: '#/shapes/response' },
      },
      'x-access': { type: 'object' },
    },
    ['operationId', 'responses'],
  ),
  parameter: closed(
    {
      name: text,
      in: { enum: ['query', 'header', 'path', 'cookie'] },
      required: { type: 'boolean' },
      description: text,
      schema: { $ref: '#/shapes/schema' },
    },
    ['name', 'in', 'schema'],
  ),
  response: closed({ description: text, content: mapOf('mediaType') }, ['description']),
  mediaType: closed({ schema: { $ref: '#/shapes/schema' } }, []),
  securityScheme: closed({ type: { enum: ['http'] }, scheme: text, bearerFormat: text }, ['type', 'scheme']),
  schema: { type: ['object', 'boolean'] },
} as const;
