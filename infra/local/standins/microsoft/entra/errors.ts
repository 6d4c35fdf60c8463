import { randomUUID } from 'node:crypto';
import type { ErrorShape, Reason } from '../../oauth/index.ts';
import { type StandinRequest, standinNow } from '../../standin.ts';

/**
 * The errors of Microsoft Entra: an OAuth code, and in the description an AADSTS number that says more
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
 */

export const shape = (error: string, number: number, text: string, status = 400): ErrorShape => ({
  status,
  error,
  description: `AADSTS${number}: ${text}`,
});

export const errors: Partial<Record<Reason, ErrorShape>> = {
  app_unknown: shape(
    'unauthorized_client',
    700016,
    'Application with identifier was not found in the directory. This can happen if the application has not ' +
      'been installed by the administrator of the tenant or consented to by any user in the tenant.',
  ),
  redirect_mismatch: shape(
    'invalid_request',
    50011,
    "The redirect URI '{detail}' specified in the request does not match the redirect URIs configured for " +
      'the application.',
  ),
  redirect_missing: shape('invalid_request', 500113, 'No reply address is registered for the application.'),
  parameter_missing: shape(
    'invalid_request',
    900144,
    "The request body must contain the following parameter: '{detail}'.",
  ),
  parameter_invalid: shape('invalid_request', 90023, "The value of the parameter '{detail}' is not valid."),
  response_type: shape(
    'unsupported_response_type',
    700054,
    "response_type '{detail}' is not enabled for the application.",
  ),
  scope_unknown: shape(
    'invalid_client',
    650053,
    "The application asked for scope '{detail}' that doesn't exist on the resource " +
      "'00000003-0000-0000-c000-000000000000'. Contact the app vendor.",
  ),
  denied: shape('access_denied', 65004, 'User declined to consent to access the app.'),
  grant_unsupported: shape(
    'unsupported_grant_type',
    70003,
    "The app requested an unsupported grant type '{detail}'.",
  ),
  body_type: shape(
    'invalid_request',
    900144,
    "The request body must contain the following parameter: 'grant_type'.",
  ),
  code_unknown: shape('invalid_grant', 70000, "The provided value for the 'code' parameter is not valid."),
  code_of_other: shape(
    'invalid_grant',
    700005,
    'The provided authorization code is intended to be used by another application.',
  ),
  code_used: shape(
    'invalid_grant',
    54005,
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing ' +
      'refresh token.',
  ),
  code_expired: shape(
    'invalid_grant',
    70008,
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive ' +
      'authorization request for this user and resource.',
  ),
  code_redirect: shape(
    'invalid_client',
    500112,
    'The reply address does not match the one provided when requesting the authorization code.',
  ),
  verifier_missing: shape(
    'invalid_grant',
    501481,
    'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  ),
  verifier_wrong: shape(
    'invalid_grant',
    501481,
    'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  ),
  refresh_unknown: shape('invalid_grant', 9002313, 'Invalid request. Request is malformed or invalid.'),
  refresh_of_other: shape('invalid_grant', 70000, 'The refresh token was issued to another client.'),
  refresh_expired: shape(
    'invalid_grant',
    700082,
    'The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.',
  ),
  refresh_revoked: shape(
    'invalid_grant',
    50173,
    'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might ' +
      'have changed or reset their password.',
  ),
  refresh_account_gone: shape('invalid_grant', 50057, 'The user account is disabled.'),
};

const suberrors: Record<number, string> = {
  65001: 'consent_required',
  50076: 'basic_action',
  50079: 'basic_action',
  53003: 'message_only',
};

/** As the token endpoint words it: the ids are those of the request, or made up. */
export const errorBody = (
  { error, description = '' }: ErrorShape,
  request: StandinRequest,
): Record<string, unknown> => {
  const number = Number(/^AADSTS(\d+)/.exec(description)?.[1] ?? 9002313);
  const trace = randomUUID();
  const correlation =
    request.headers['client-request-id'] ?? request.query.get('client-request-id') ?? randomUUID();
  const timestamp = `${new Date(standinNow()).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const suberror = suberrors[number];
  return {
    error,
    error_description: `${description} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [number],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
    ...(suberror !== undefined && { suberror }),
    ...(suberror === 'basic_action' && {
      claims:
        '{"access_token":{"capolids":{"essential":true,"values":["00000000-0000-0000-0000-0000000ca001"]}}}',
    }),
  };
};
