import { createVerify } from 'node:crypto';
import { failure, type Issued, issue, openFamily, type TokenContext } from '../../oauth/index.ts';
import { knownScopes } from '../calendar/scopes.ts';
import { domainOf, type GoogleState, type ServiceAccount, sameAddress, userNamed } from '../state.ts';

/**
 * Service accounts: a JWT they signed for an access token, and no refresh token. The errors are those of "JWT
 * error codes" in https://developers.google.com/identity/protocols/oauth2/service-account.
 */

export const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const audiences = [
  'https://oauth2.googleapis.com/token',
  'https://www.googleapis.com/oauth2/v4/token',
  'https://accounts.google.com/o/oauth2/token',
];

const refuse = (error: string, description: string, status = 400) =>
  failure('assertion_refused', description, { status, error, description });

type Claims = { [name in 'iss' | 'sub' | 'scope' | 'aud' | 'iat' | 'exp']?: unknown };

const parsed = (part: string | undefined): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // told below
  }
  throw refuse('invalid_grant', 'Invalid JWT: Token must be a signed JWT.');
};

const checkSignature = (
  account: ServiceAccount,
  assertion: string,
  header: Record<string, unknown>,
): void => {
  const [head, body, signature = ''] = assertion.split('.');
  if (header['alg'] !== 'RS256') throw refuse('invalid_grant', 'Invalid JWT: Only RS256 is supported.');
  const { kid } = header;
  const keys = account.keys.filter(({ id }) => kid === undefined || id === kid);
  const key = keys.find(({ publicKey }) =>
    createVerify('RSA-SHA256').update(`${head}.${body}`).verify(publicKey, signature, 'base64url'),
  );
  if (!key) throw refuse('invalid_grant', 'Invalid JWT Signature.');
  if (key.disabled) throw refuse('disabled_client', 'The OAuth client was disabled.', 401);
};

const checkTimes = ({ iat, exp }: Claims): void => {
  // What SDKs sign they sign by the clock of the machine, wherever ours was moved to.
  const now = Date.now() / 1000;
  const fits =
    typeof iat === 'number' &&
    typeof exp === 'number' &&
    exp > now &&
    exp > iat &&
    // An hour, and five minutes for clocks that differ.
    exp - iat <= 65 * 60 &&
    iat <= now + 5 * 60;
  if (fits) return;
  throw refuse(
    'invalid_grant',
    'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your ' +
      'iat and exp values in the JWT claim.',
  );
};

const scopesOf = ({ scope }: Claims): string[] => {
  const scopes = typeof scope === 'string' ? scope.split(' ').filter((one) => one !== '') : [];
  if (scopes.length === 0 || scopes.some((one) => !knownScopes.includes(one))) {
    throw refuse('invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
  }
  return scopes;
};

/** As whom the token acts: itself, or somebody of a domain that delegated to it for all of these scopes. */
const actingAs = (
  state: GoogleState,
  account: ServiceAccount,
  subject: unknown,
  scopes: string[],
): string => {
  if (subject === undefined || subject === account.email) return account.email;
  const email = typeof subject === 'string' ? subject : '';
  const delegation = account.delegations.find(({ domain }) => domain === domainOf(email));
  if (!delegation || scopes.some((scope) => !delegation.scopes.includes(scope))) {
    throw refuse(
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any ' +
        'of the scopes requested.',
      401,
    );
  }
  const user = userNamed(state, email);
  if (!user) throw refuse('invalid_grant', 'Invalid email or User ID');
  return user.id;
};

export const byAssertion = (state: GoogleState, { server, parameters }: TokenContext): Issued => {
  const assertion = parameters['assertion'];
  if (assertion === undefined) throw refuse('invalid_request', 'Missing parameter: assertion');
  const [head, body] = assertion.split('.');
  const header = parsed(head);
  const claims: Claims = parsed(body);
  const account = state.serviceAccounts.find(({ email }) => sameAddress(email, String(claims.iss)));
  if (!account) throw refuse('invalid_grant', 'Invalid grant: account not found');
  checkSignature(account, assertion, header);
  if (!audiences.includes(String(claims.aud))) {
    throw refuse('invalid_grant', 'Invalid JWT: Failed audience check.');
  }
  checkTimes(claims);
  const scopes = scopesOf(claims);
  const family = openFamily(state.oauth, {
    client: account.email,
    account: actingAs(state, account, claims.sub, scopes),
    scopes,
    details: { serviceAccount: account.email },
  });
  return issue(server, state.oauth, family, { refresh: false });
};
