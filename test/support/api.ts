import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { secretForms } from './secrets.ts';

/** Callers of the API over HTTP, each with a session token as the web app's issuer would sign it. */

export type Reply = {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
  body: any;
  text: string;
};

export type Identity = {
  userId: string;
  organizationId: string;
  role: 'admin' | 'member';
  personId: string | null;
  plan: string | null;
};

type CallOptions = { headers?: Record<string, string>; raw?: string | Uint8Array<ArrayBuffer>; url?: string };

export type Caller = Identity & {
  token: () => Promise<string>;
  call: (method: string, path: string, body?: unknown, options?: CallOptions) => Promise<Reply>;
  get: (path: string, options?: CallOptions) => Promise<Reply>;
  post: (path: string, body?: unknown, options?: CallOptions) => Promise<Reply>;
  patch: (path: string, body: unknown, options?: CallOptions) => Promise<Reply>;
  put: (path: string, body: unknown, options?: CallOptions) => Promise<Reply>;
  delete: (path: string, options?: CallOptions) => Promise<Reply>;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Fails where an answer holds a secret that a test planted, whatever the test is about. */
export const request = async (url: string, init: RequestInit = {}): Promise<Reply> => {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  const found = secretForms(JSON.stringify([...response.headers]) + text);
  if (found.length > 0)
    throw new Error(`${url} answered ${response.status} with a secret: ${found.join(' ')}`);
  return { status: response.status, headers: response.headers, body: parsed(text), text };
};

/** A path of the local cloud's own. */
export const local = (
  method: string,
  path: string,
  body?: unknown,
  url = inject('cloud').url,
): Promise<Reply> =>
  request(`${url}/local/${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });

export const newId = (prefix: string): string => `${prefix}_${randomUUID().slice(0, 13)}`;

/** Somebody with a token; whatever is not given is new. */
export const caller = (given: Partial<Identity> = {}, url = inject('cloud').url): Caller => {
  const identity: Identity = {
    userId: newId('user'),
    organizationId: newId('org'),
    role: 'admin',
    personId: null,
    plan: null,
    ...given,
  };
  let token: Promise<string> | null = null;
  const sign = async (): Promise<string> => {
    const { personId, plan, ...claims } = identity;
    const more = { ...(personId && { personId }), ...(plan && { plan }) };
    const reply = await local('POST', 'token', { ...claims, ...more }, url);
    return reply.body.token as string;
  };
  const signed = (): Promise<string> => {
    token ??= sign();
    return token;
  };
  const call: Caller['call'] = async (method, path, body, options = {}) =>
    request(`${options.url ?? url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await signed()}`,
        ...((body !== undefined || options.raw !== undefined) && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(options.raw !== undefined && { body: options.raw }),
    });
  return {
    ...identity,
    token: signed,
    call,
    get: (path, options) => call('GET', path, undefined, options),
    post: (path, body, options) => call('POST', path, body, options),
    patch: (path, body, options) => call('PATCH', path, body, options),
    put: (path, body, options) => call('PUT', path, body, options),
    delete: (path, options) => call('DELETE', path, undefined, options),
  };
};

/** An admin, a member and a stranger of another organisation. */
export const company = (url = inject('cloud').url) => {
  const admin = caller({}, url);
  const { organizationId } = admin;
  return {
    admin,
    member: caller({ organizationId, role: 'member' }, url),
    other: caller({ organizationId, role: 'admin' }, url),
    stranger: caller({}, url),
  };
};
