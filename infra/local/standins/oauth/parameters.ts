import { timingSafeEqual } from 'node:crypto';
import { hashOf, type StandinRequest } from '../standin.ts';
import { failure } from './errors.ts';
import type { AuthServer } from './server.ts';
import type { Client, OAuthState } from './types.ts';

/** What a request carries, and which client sent it. */

export type Parameters = Readonly<Record<string, string>>;

/** RFC 6749, 3.1 and 3.2: empty counts as left out, and nothing may come twice. */
export const readParameters = (given: URLSearchParams, repeatable: readonly string[] = []): Parameters => {
  for (const name of given.keys()) {
    if (given.getAll(name).length > 1 && !repeatable.includes(name)) {
      throw failure('parameter_repeated', name);
    }
  }
  return Object.fromEntries([...given].filter(([, value]) => value !== ''));
};

const readJson = (text: string): Parameters => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw failure('body_unreadable');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw failure('body_unreadable');
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'string' && value !== '' ? [[name, value]] : [],
    ),
  );
};

export const readBody = (server: AuthServer, { headers, body, query }: StandinRequest): Parameters => {
  if (body.length === 0 && server.bodies.includes('query')) return readParameters(query);
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json' && server.bodies.includes('json')) return readJson(body.toString());
  if (type === 'application/x-www-form-urlencoded' && server.bodies.includes('form')) {
    return readParameters(new URLSearchParams(body.toString()));
  }
  throw failure('body_type');
};

const decodeForm = (text: string): string | null => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
};

/** RFC 6749, 2.3.1: both halves are form-encoded before they are joined. */
export const basicPair = (header: string | undefined): { id: string; secret: string } | null => {
  const [, encoded] = /^basic +(\S+)\s*$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return null;
  const pair = Buffer.from(encoded, 'base64').toString();
  const colon = pair.indexOf(':');
  const id = decodeForm(pair.slice(0, Math.max(0, colon)));
  const secret = decodeForm(pair.slice(colon + 1));
  return colon < 0 || id === null || secret === null ? { id: '', secret: '' } : { id, secret };
};

/** Whom a request says it comes from, proven or not. */
export const clientNamed = (parameters: Parameters, { headers }: StandinRequest): string | null =>
  basicPair(headers['authorization'])?.id ?? parameters['client_id'] ?? null;

export const isSecret = (client: Client, secret: string | undefined): boolean => {
  if (client.secretHash === null) return secret === undefined;
  if (secret === undefined) return false;
  return timingSafeEqual(Buffer.from(client.secretHash), Buffer.from(hashOf(secret)));
};

export const authenticateClient = (
  server: AuthServer,
  state: OAuthState,
  parameters: Parameters,
  request: StandinRequest,
): Client => {
  const known = server.authenticate?.(parameters, request);
  if (known) return known;
  const basic = basicPair(request.headers['authorization']);
  const post = parameters['client_secret'];
  // RFC 6749, 2.3: no more than one method in a request.
  if (basic && post !== undefined) throw failure('parameter_invalid', 'client_secret');
  const id = basic?.id ?? parameters['client_id'];
  if (id === undefined) throw failure('client_missing');
  const client = state.clients[id];
  if (!client) throw failure('client_unknown');
  if (basic && parameters['client_id'] !== undefined && parameters['client_id'] !== id) {
    throw failure('client_refused');
  }
  const method = basic ? 'basic' : 'post';
  const allowed = client.secretHash === null || client.auth === 'any' || client.auth === method;
  if (!allowed || !isSecret(client, basic?.secret ?? post)) throw failure('client_refused');
  return client;
};
