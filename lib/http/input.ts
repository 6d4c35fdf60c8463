import type { Operation, Schema } from '../contract/define.ts';
import { idempotencyKeyForm } from '../contract/headers.ts';
import { invalidField, notFound } from '../errors/error.ts';
import { jsonBody, rawBytes } from './body.ts';
import type { Invocation, Middleware } from './invocation.ts';
import { parse } from './parse.ts';

type Event = Invocation['event'];

const mostProxied = 4 * 1024 * 1024;

const queryOf = (rawQuery: string): Record<string, string> => {
  const query: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    if (name in query) throw invalidField(name, 'is given twice');
    query[name] = value;
  }
  return { ...query };
};

/** A malformed path parameter names nothing: to the caller the same as one that names nothing of theirs. */
const paramsOf = (schema: Schema, event: Event): unknown => {
  try {
    return parse(schema, event.pathParameters ?? {});
  } catch {
    throw notFound();
  }
};

const bodyOf = ({ access, body }: Operation, event: Event): unknown => {
  if (body === null) return null;
  if (body === 'raw') return access.by === 'signature' ? rawBytes(event) : rawBytes(event, mostProxied);
  return parse(body, jsonBody(event, event.headers['content-type']));
};

const keyForm = new RegExp(idempotencyKeyForm);

const idempotencyKeyOf = ({ creates }: Operation, { headers }: Event): string | null => {
  const key = headers['idempotency-key'];
  if (!creates || key === undefined) return null;
  if (!keyForm.test(key)) throw invalidField('idempotency-key', 'must have 1 to 255 visible characters');
  return key;
};

/** Checks what was sent against the definition, before anybody asks who sent it. */
export const input: Middleware = {
  before: ({ event: invocation }) => {
    const { operation, event } = invocation;
    invocation.params = operation.params && paramsOf(operation.params, event);
    invocation.query = operation.query && parse(operation.query, queryOf(event.rawQueryString));
    invocation.headers = operation.headers && parse(operation.headers, event.headers);
    invocation.body = bodyOf(operation, event);
    invocation.idempotencyKey = idempotencyKeyOf(operation, event);
  },
};
