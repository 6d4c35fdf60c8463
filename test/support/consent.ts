import type { Caller, Reply } from './api.ts';
import { request } from './api.ts';

/** Connecting by consent, step by step or in one call, with a browser's part played against the stand-ins. */

/** Who consents to what at the provider; without `scopes` and `resources` to all of it. */
export type Person = {
  /** An id or a name of an account at the stand-in, as in `ada@acme.example`, or `ada-acme` at GitHub. */
  user: string;
  scopes?: readonly string[];
  /** Sites, by id or host. */
  resources?: readonly string[];
  denies?: boolean;
};

export type Attempt = {
  id: string;
  authorizationUrl: string;
  scopes: { scope: string; purpose: string }[];
  expiresAt: string;
};

const begunBy = ({ status, text, body }: Reply): Attempt => {
  if (status !== 202) throw new Error(`The consent was not begun: ${status} ${text}`);
  return body.attempt as Attempt;
};

/** Begins to connect; fails where the API refuses. */
export const begin = async (
  caller: Caller,
  provider: string,
  scope: 'organization' | 'user' = 'organization',
  more: object = {},
): Promise<Attempt> =>
  begunBy(await caller.post('/integrations/connect', { provider, scope, auth: 'oauth2', ...more }));

/** Begins to connect an integration anew. */
export const beginAgain = async (caller: Caller, id: string, more: object = {}): Promise<Attempt> =>
  begunBy(await caller.post(`/integrations/${id}/reconnect`, { auth: 'oauth2', ...more }));

/** The person's answer on the provider's page: where the browser is sent with it. */
export const answered = async (
  { authorizationUrl }: Pick<Attempt, 'authorizationUrl'>,
  { user, scopes, resources, denies = false }: Person,
): Promise<string> => {
  const url = new URL(authorizationUrl);
  url.searchParams.set('standin_user', user);
  if (scopes) url.searchParams.set('standin_scopes', scopes.join(' '));
  if (resources) url.searchParams.set('standin_resources', resources.join(','));
  if (denies) url.searchParams.set('standin_deny', '1');
  const { status, headers, text } = await request(url.href);
  const location = headers.get('location');
  if (location === null) throw new Error(`The provider sends nobody back: ${status} ${text}`);
  return location;
};

/** What the browser is left with after the callback. */
export type Back = {
  status: number;
  headers: Headers;
  text: string;
  /** The page it lands on, without what follows `#`; null where there is none. */
  page: string | null;
  attempt: string;
  ticket: string;
  error: string | null;
};

/** The browser follows the provider's answer to our callback. */
export const cameBack = async (callback: string): Promise<Back> => {
  const { status, headers, text } = await request(callback);
  const [page = null, fragment = ''] = headers.get('location')?.split('#') ?? [];
  const given = new URLSearchParams(fragment);
  return {
    status,
    headers,
    text,
    page,
    attempt: given.get('attempt') ?? '',
    ticket: given.get('ticket') ?? '',
    error: given.get('error'),
  };
};

/** The way of a browser from our answer to the page it returns to. */
export const wentThrough = async (attempt: Attempt, person: Person): Promise<Back> =>
  cameBack(await answered(attempt, person));

export const complete = (
  caller: Caller,
  { attempt, ticket }: Pick<Back, 'attempt' | 'ticket'>,
  choice?: string,
): Promise<Reply> =>
  caller.post(`/oauth/attempts/${attempt}/complete`, { ticket, ...(choice !== undefined && { choice }) });

const finished = ({ status, text, body }: Reply) => {
  if (status !== 201) throw new Error(`The consent was not completed: ${status} ${text}`);
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
  return body.integration as any;
};

export type Consent = Person & {
  provider: string;
  scope?: 'organization' | 'user';
  /** Further members of the connect call, as `settings` or `name`. */
  more?: object;
};

/** Connects by consent from the first call to the last; gives the integration. */
export const consent = async (caller: Caller, { provider, scope, more, ...person }: Consent) =>
  finished(await complete(caller, await wentThrough(await begin(caller, provider, scope, more), person)));

/** Consents again for an integration there is. */
export const consentAgain = async (caller: Caller, id: string, person: Person, more?: object) =>
  finished(await complete(caller, await wentThrough(await beginAgain(caller, id, more), person)));
