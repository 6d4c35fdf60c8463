import { hashOf, type Route, type StandinAnswer, type StandinRequest, standinNow } from '../standin.ts';
import { badCredentials, docs, isRefusal, refusal } from './errors.ts';
import { countCall, rateHeaders, refuseOverLimit } from './limits.ts';
import { oauthToken } from './oauth/tokens.ts';
import { type Account, accountById, type RateResource, type State, type Token } from './state.ts';

/** What happens to every call of api.github.com before and after its own operation. */

export type Caller = { token: Token | null; user: Account | null };
export type Exchange = {
  request: StandinRequest;
  caller: Caller;
  /** Organisations whose part of the answer single sign-on held back. */
  withheld: Set<number>;
};
export type Reply = { status?: number; headers?: Record<string, string>; body: unknown };
export type Operation = {
  method: 'GET' | 'POST' | 'PATCH';
  paths: string[];
  /** The operation's page and anchor under docs.github.com/rest, named in its errors. */
  docs: string;
  /** What it counts against; null is free. */
  resource?: RateResource | null;
  /** Whether it needs a token even for public data. */
  auth?: boolean;
  /** Classic scopes of which one is needed, for `x-accepted-oauth-scopes`. */
  scopes?: string[];
  handle: (exchange: Exchange) => Reply;
};

/** The loopback names let a client be pointed straight at the stand-in. */
const apiHost = /^(api\.github\.com|localhost|127\.0\.0\.1)(:\d+)?$/;

const versions = ['2026-03-10', '2022-11-28'];
/** "Breaking changes": what the version of 2026 no longer sends. */
const removedIn2026 = new Set(['assignee', 'merge_commit_sha', 'has_downloads', 'rate']);

const noUserAgent: StandinAnswer = {
  status: 403,
  headers: { 'content-type': 'text/html' },
  body:
    '\r\nRequest forbidden by administrative rules. Please make sure your request has a User-Agent header ' +
    '(https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).\r\n',
};

const authenticate = (state: State, authorization: string | undefined): Caller => {
  // A scheme the API does not know is served as if it were not there.
  const value = /^(?:bearer|token)\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
  if (value === undefined) return { token: null, user: null };
  const token = state.tokens.find((candidate) => candidate.value === value) ?? oauthToken(state, value);
  if (!token || (token.expiresAt !== null && Date.parse(token.expiresAt) <= standinNow())) {
    throw badCredentials();
  }
  return { token, user: accountById(state, token.user) };
};

const selectVersion = (asked: string | undefined): string => {
  const version = asked ?? '2022-11-28';
  if (versions.includes(version)) return version;
  throw refusal(400, 'Bad Request', {
    documentation: docs(''),
    errors: `The version "${version}" of the "X-GitHub-Api-Version" header is not a supported version.`,
  });
};

const jsonOf = (body: unknown, version: string): string =>
  JSON.stringify(body, (key, value: unknown) =>
    version === '2026-03-10' && removedIn2026.has(key) ? undefined : value,
  );

const tokenHeaders = ({ token }: Caller, operation: Operation): Record<string, string> => ({
  ...(token?.scopes && {
    'x-oauth-scopes': token.scopes.join(', '),
    'x-accepted-oauth-scopes': (operation.scopes ?? []).join(', '),
  }),
  ...(token?.expiresAt && {
    'github-authentication-token-expiration': `${token.expiresAt.slice(0, 19).replace('T', ' ')} UTC`,
  }),
});

const ssoHeader = (withheld: Set<number>): Record<string, string> =>
  withheld.size > 0
    ? {
        'x-github-sso': `partial-results; organizations=${[...withheld].toSorted((a, b) => a - b).join(',')}`,
      }
    : {};

const weak = (tag: string): string => tag.trim().replace(/^W\//, '');

const isKnown = (request: StandinRequest, etag: string): boolean =>
  request.method === 'GET' &&
  (request.headers['if-none-match'] ?? '').split(',').some((tag) => weak(tag) === weak(etag));

const common = {
  'cache-control': 'private, max-age=60, s-maxage=60',
  vary: 'Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With',
  'x-github-media-type': 'github.v3; format=json',
};

const serve = (state: State, operation: Operation, request: StandinRequest): StandinAnswer => {
  const resource = operation.resource === undefined ? 'core' : operation.resource;
  let caller: Caller = { token: null, user: null };
  let version = '2022-11-28';
  /** A refused credential has no limits to report; a refused call counts against none. */
  let reported = false;
  let counts = false;
  const finish = (answer: StandinAnswer): StandinAnswer => ({
    ...answer,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...common,
      'x-github-api-version-selected': version,
      ...tokenHeaders(caller, operation),
      ...(reported && rateHeaders(state, caller.token, resource ?? 'core')),
      ...answer.headers,
    },
  });
  try {
    caller = authenticate(state, request.headers['authorization']);
    reported = true;
    version = selectVersion(request.headers['x-github-api-version']);
    if (resource) refuseOverLimit(state, caller.token, caller.user, resource);
    counts = resource !== null;
    if (operation.auth && !caller.user) throw refusal(401, 'Requires authentication');
    const exchange: Exchange = { request, caller, withheld: new Set() };
    const reply = operation.handle(exchange);
    const body = jsonOf(reply.body, version);
    // Another token gets another tag for the same data.
    const etag = `W/"${hashOf(`${caller.token?.value ?? ''} ${version} ${body}`)}"`;
    const headers = { etag, ...ssoHeader(exchange.withheld), ...reply.headers };
    if (isKnown(request, etag)) return finish({ status: 304, headers });
    if (resource) countCall(state, caller.token, resource);
    return finish({ status: reply.status ?? 200, headers, body });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (counts && resource) countCall(state, caller.token, resource);
    const answer = error.answer(docs(operation.docs));
    return finish({ ...answer, body: JSON.stringify(answer.body) });
  }
};

export const routesOf = (state: State, operation: Operation): Route[] =>
  operation.paths.map((path) => ({
    method: operation.method,
    path,
    host: apiHost,
    handle: (request) => (request.headers['user-agent'] ? serve(state, operation, request) : noUserAgent),
  }));
