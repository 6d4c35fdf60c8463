import type { StandinAnswer, StandinRequest } from '../standin.ts';
import type { Reason } from './errors.ts';
import type { Client, Consent, Data, ErrorShape, Family, OAuthState, Policy } from './types.ts';

/** A provider's authorization server as data, with hooks where data cannot say it. Hooks are synchronous. */

/** `path` as in the routes of `standin.ts`; its parameters are in `request.params`. */
export type Endpoint = { host: RegExp; path: string };

/** A person who can consent; `names` are what `standin_user` may say, besides the id. */
export type Account = { id: string; names: string[]; label: string };

/** A request of the authorization endpoint that passed every check. */
export type Asked = {
  client: Client;
  redirectUri: string;
  redirectNamed: boolean;
  scopes: string[];
  challenge: { value: string; method: 'S256' | 'plain' } | null;
  parameters: Readonly<Record<string, string>>;
  request: StandinRequest;
};

export type Choice = { account: Account; scopes: string[]; resources: string[] };
export type Granted = {
  scopes: string[];
  /** Whether a refresh token comes with it. */
  offline: boolean;
  /** Kept on the code, the family and, merged, the consent. */
  details: Record<string, Data>;
};

/** A call of the token endpoint whose client has been authenticated. */
export type TokenContext = {
  server: AuthServer;
  state: OAuthState;
  client: Client;
  parameters: Readonly<Record<string, string>>;
  request: StandinRequest;
};

export type Issued = {
  family: Family;
  access: string;
  refresh: string | null;
  scopes: string[];
  /** By the local clock. */
  expiresAt: number | null;
  graced: boolean;
};

export type AuthServer = {
  authorize: Endpoint;
  token: Endpoint;
  /**
   * RFC 7009. What a token takes with it: `token`, itself, and of a refresh token its family; `family`, its
   * family; `account`, everything of that account and client.
   */
  revoke?: Endpoint & {
    effect: 'token' | 'family' | 'account';
    clientAuth: boolean;
    /** Unless given, an unknown token is answered as a known one, as the RFC has it. */
    unknown?: ErrorShape;
    body?: Record<string, unknown>;
  };
  policy: Policy;
  accounts: () => Account[];
  /** What the person chooses besides scopes, as the sites of an Atlassian account. */
  resources?: (account: Account) => { id: string; names: string[]; label: string }[];

  /** Null takes any scope. */
  scopes: string[] | null;
  unknownScopes: 'refuse' | 'drop';
  /** Scopes in requests are parted by this; in answers by `scopeSeparator`. */
  scopeSplit?: RegExp;
  scopeSeparator?: ' ' | ',';
  /** Further parameters a request must carry, each with its allowed values; null is any value. */
  required?: Record<string, string[] | null>;
  /** Null where the provider does not know PKCE and takes no notice of its parameters. */
  pkce: { methods: ('S256' | 'plain')[]; required: boolean } | null;
  redirectUri: 'required' | 'optional';
  /** Optional where the provider knows but one and does not ask for it. */
  responseType?: 'required' | 'optional';
  responseModes?: ('query' | 'fragment' | 'form_post')[];
  /** Sent as `iss` with every authorization answer (RFC 9207). */
  issuer?: string;
  /** The grants served without a hook. */
  grantTypes: ('authorization_code' | 'refresh_token' | 'client_credentials')[];
  /** Optional where a call without `grant_type` is one with a code. */
  grantType?: 'required' | 'optional';
  /** Where the token and revocation endpoints read parameters; `query` where a body is not needed. */
  bodies: ('form' | 'json' | 'query')[];
  tokenType?: string;

  /** Over those of the RFCs, which `errors.ts` has. */
  errors?: Partial<Record<Reason, ErrorShape>>;
  /** Mistakes of an authorization request told on a page instead of to the client. */
  onPage?: Reason[];
  /** The body of a refused token call; unless given, `error` and `error_description`. */
  errorBody?: (shape: ErrorShape, reason: Reason, request: StandinRequest) => Record<string, unknown>;
  /** Turns an answer of the token endpoint into what is sent; unless given, JSON. */
  format?: (status: number, body: Record<string, unknown>, request: StandinRequest) => StandinAnswer;

  /** Further checks of an authorization request; refuses with `failure(…)`. */
  check?: (asked: Asked) => void;
  /** What a consent grants; unless given, the chosen scopes with a refresh token. */
  consent?: (asked: Asked, choice: Choice, prior: Consent | null) => Partial<Granted>;
  /** Further parameters of a successful redirect. */
  redirectExtras?: (asked: Asked, granted: Granted) => Record<string, string>;
  /** Authenticates a client in another way; undefined leaves it to the usual ones. */
  authenticate?: (
    parameters: Readonly<Record<string, string>>,
    request: StandinRequest,
  ) => Client | undefined;
  /** The scopes of an access token; unless given, the family's, or a part of them that was asked for. */
  accessScopes?: (asked: string[] | null, family: Family, context: TokenContext) => string[];
  /** Token values; unless given, random text. */
  mint?: {
    code?: (client: Client) => string;
    access?: (family: Family, scopes: string[], expiresAt: number | null) => string;
    refresh?: (family: Family) => string;
  };
  /** Further members of a successful token answer, as `id_token`. */
  answerExtras?: (issued: Issued, context: TokenContext, policy: Policy) => Record<string, unknown>;
  /**
   * Further grant types by their name. `client: false` is for grants that name no client; the context's then
   * has an empty id. They issue with `openFamily` and `issue`.
   */
  grants?: Record<string, { client: boolean; handle: (context: TokenContext) => Issued }>;
};

/** By id or by one of the names, in any case. */
export const accountNamed = (server: AuthServer, name: string): Account | undefined => {
  const text = name.toLowerCase();
  return server.accounts().find(({ id, names }) => [id, ...names].some((one) => one.toLowerCase() === text));
};
