import type { ErrorShape } from './types.ts';

/** Why a request is refused, finer than the codes of RFC 6749 so that a provider can word each. */
export type Reason = keyof typeof rfcErrors;
export type OAuthFailure = Error & { reason: Reason; shape: ErrorShape | undefined };

const request = (description: string, status = 400): ErrorShape => ({
  status,
  error: 'invalid_request',
  description,
});
const grant = (description: string): ErrorShape => ({ status: 400, error: 'invalid_grant', description });

/** `{detail}` becomes what the refusal names: a parameter, a scope, a grant type. */
export const rfcErrors = {
  client_unknown: { status: 401, error: 'invalid_client', description: 'Unknown client' },
  client_refused: { status: 401, error: 'invalid_client', description: 'Client authentication failed' },
  client_missing: { status: 401, error: 'invalid_client', description: 'No client authentication included' },
  parameter_missing: request('Missing required parameter: {detail}'),
  parameter_repeated: request('Parameter included more than once: {detail}'),
  parameter_invalid: request('Invalid value of parameter: {detail}'),
  body_type: request('Unsupported content type'),
  body_unreadable: request('The body cannot be read'),

  /** At the authorization endpoint. */
  app_unknown: { status: 400, error: 'invalid_client', description: 'Unknown client_id' },
  redirect_missing: request('Missing required parameter: redirect_uri'),
  redirect_mismatch: request('redirect_uri is not registered for this client'),
  response_type: {
    status: 400,
    error: 'unsupported_response_type',
    description: 'response_type must be code',
  },
  scope_unknown: { status: 400, error: 'invalid_scope', description: 'Unknown scope: {detail}' },
  pkce_missing: request('Missing required parameter: code_challenge'),
  pkce_method: request('Unsupported code_challenge_method'),
  pkce_malformed: request('Malformed code_challenge'),
  denied: { status: 403, error: 'access_denied', description: 'The person did not authorize the request' },

  grant_unsupported: {
    status: 400,
    error: 'unsupported_grant_type',
    description: 'Unsupported grant_type: {detail}',
  },
  grant_not_allowed: {
    status: 400,
    error: 'unauthorized_client',
    description: 'The client may not use this grant type',
  },
  code_unknown: grant('Unknown authorization code'),
  code_expired: grant('The authorization code has expired'),
  code_used: grant('The authorization code was used already'),
  code_of_other: grant('The authorization code was issued to another client'),
  code_redirect: grant('redirect_uri is not that of the authorization request'),
  verifier_missing: grant('Missing code_verifier'),
  verifier_wrong: grant('code_verifier does not match the code_challenge'),
  verifier_unexpected: grant('code_verifier without a code_challenge'),
  assertion_refused: grant('The assertion is not accepted: {detail}'),

  refresh_unknown: grant('Unknown refresh token'),
  refresh_of_other: grant('The refresh token was issued to another client'),
  refresh_spent: grant('The refresh token was used already'),
  refresh_revoked: grant('The refresh token was revoked'),
  refresh_expired: grant('The refresh token has expired'),
  refresh_account_gone: grant('The account is no longer active'),
  revoke_of_other: request('The token was issued to another client'),
  scope_exceeded: { status: 400, error: 'invalid_scope', description: 'Scope was not granted: {detail}' },
} satisfies Record<string, ErrorShape>;

/** `shape` overrides how the provider words this reason, for one refusal. */
export const failure = (reason: Reason, detail = '', shape?: ErrorShape): OAuthFailure =>
  Object.assign(new Error(detail), { reason, shape });

export const isFailure = (error: unknown): error is OAuthFailure =>
  error instanceof Error && 'reason' in error && Object.hasOwn(rfcErrors, String(error.reason));

type Wording = { errors?: Partial<Record<Reason, ErrorShape>> };

/** `dead` is the policy's word on refresh tokens that are no longer any good. */
export const shapeOf = (
  server: Wording,
  { reason, shape, message }: OAuthFailure,
  dead: ErrorShape | null = null,
): ErrorShape => {
  const isDead = reason.startsWith('refresh_') && reason !== 'refresh_of_other';
  const chosen: ErrorShape = shape ?? (isDead ? dead : null) ?? server.errors?.[reason] ?? rfcErrors[reason];
  const { description, ...rest } = chosen;
  return {
    ...rest,
    ...(description !== undefined && { description: description.replaceAll('{detail}', message) }),
  };
};
