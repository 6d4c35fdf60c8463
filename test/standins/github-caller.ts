import { Octokit } from '@octokit/rest';
import { startGithub } from '../../infra/local/standins/github/index.ts';

/** A started stand-in for GitHub, and calls to it over real HTTP. */

export const admin = 'ghp_demo_token_acme';

export type Item = {
  id: number;
  number: number;
  title: string;
  state: string;
  created_at: string;
  updated_at: string;
  user: { login: string };
  pull_request?: { merged_at: string | null };
};
export type Found = { total_count: number; incomplete_results: boolean; items: Item[] };
export type Failure = {
  message: string;
  documentation_url: string;
  status: string;
  errors?: { message?: string; resource: string; field: string; code: string }[];
};
export type Answer<T> = { status: number; headers: Headers; body: T };
export type CallOptions = {
  /** Null sends no credentials. */
  token?: string | null;
  headers?: Record<string, string>;
  body?: unknown;
};

const parsed = (text: string): unknown => (text === '' ? null : JSON.parse(text));

export const openGithub = async (file: string | null = null) => {
  const standin = await startGithub({ file });

  const call = async <T = Failure>(
    method: string,
    path: string,
    { token = admin, headers = {}, body }: CallOptions = {},
  ): Promise<Answer<T>> => {
    const response = await fetch(standin.origin + path.replace('https://api.github.com', ''), {
      method,
      redirect: 'manual',
      headers: {
        'x-forwarded-host': 'api.github.com',
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: parsed(await response.text()) as T };
  };
  const get = <T = Failure>(path: string, options: CallOptions = {}) => call<T>('GET', path, options);
  const control = async <T = unknown>(path: string, body: unknown): Promise<T> => {
    const answer = await call<T>('POST', `/__standin/${path}`, { body });
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const search = <T = Found>(q: string, options: CallOptions & { kind?: string; with?: string } = {}) =>
    get<T>(`/search/${options.kind ?? 'issues'}?q=${encodeURIComponent(q)}${options.with ?? ''}`, options);
  /** The real client, its absolute addresses led back to the stand-in. */
  const octokit = (token = admin): Octokit =>
    new Octokit({
      auth: token,
      baseUrl: standin.origin,
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      request: {
        fetch: (url: string, init: RequestInit) =>
          fetch(url.replace('https://api.github.com', standin.origin), init),
      },
    });
  return { ...standin, call, get, control, search, octokit };
};

export type Github = Awaited<ReturnType<typeof openGithub>>;

export const titles = ({ items }: Found): string[] => items.map(({ title }) => title).sort();

/** The addresses of a `Link` header by their relation. */
export const linksOf = ({ headers }: Answer<unknown>): Record<string, string> =>
  Object.fromEntries(
    [...(headers.get('link') ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(([, url = '', rel = '']) => [
      rel,
      url,
    ]),
  );
