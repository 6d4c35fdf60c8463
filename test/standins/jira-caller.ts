import { startJira } from '../../infra/local/standins/jira/index.ts';
import type { Fault } from '../../infra/local/standins/standin.ts';

/** A started stand-in for Jira, and calls to it over real HTTP. */

export const acme = 'acme.atlassian.net';
export const admin: [email: string, token: string] = ['admin@acme.example', 'jira-demo-token'];

export type Answer<T = Record<string, unknown>> = { status: number; headers: Headers; text: string; body: T };
export type CallOptions = {
  host?: string;
  /** Null sends no credentials. */
  as?: [email: string, token: string] | null;
  headers?: Record<string, string>;
  body?: unknown;
};
export type Found = {
  issues: { id: string; key: string; fields: Record<string, unknown> }[];
  nextPageToken?: string;
  isLast: boolean;
};

export const basic = ([email, token]: [string, string]): string => `Basic ${btoa(`${email}:${token}`)}`;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

export const openJira = async (file: string | null = null) => {
  const standin = await startJira({ file });

  const call = async <T = Record<string, unknown>>(
    method: string,
    path: string,
    { host = acme, as = admin, headers = {}, body }: CallOptions = {},
  ): Promise<Answer<T>> => {
    const response = await fetch(`${standin.origin}${path}`, {
      method,
      headers: {
        'x-forwarded-host': host,
        ...(as && { authorization: basic(as) }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) as T };
  };
  const get = <T = Record<string, unknown>>(path: string, options: CallOptions = {}) =>
    call<T>('GET', path, options);
  const control = async <T = Record<string, unknown>>(method: string, path: string, body?: unknown) => {
    const answer = await call<T>(method, `/__standin${path}`, { body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const search = (jql: string, parameters: Record<string, string> = {}, options: CallOptions = {}) =>
    get<Found>(`/rest/api/3/search/jql?${new URLSearchParams({ jql, ...parameters }).toString()}`, options);

  return {
    ...standin,
    call,
    get,
    control,
    search,
    /** The keys found, in the answer's order. */
    keys: async (jql: string, options: CallOptions = {}): Promise<string[]> => {
      const { status, body, text } = await search(jql, { fields: 'key', maxResults: '5000' }, options);
      if (status !== 200) throw new Error(`${jql}: ${status} ${text}`);
      return body.issues.map(({ key }) => key);
    },
    fault: (fault: Fault) => control('POST', '/faults', fault),
  };
};

export type Jira = Awaited<ReturnType<typeof openJira>>;
