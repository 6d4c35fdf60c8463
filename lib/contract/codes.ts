/**
 * The closed list of error codes. `status` is what HTTP callers get; `retry` says whether the same
 * call may succeed later unchanged: queues, the typed client and `Retry-After` read it.
 */
export const codes = {
  invalid_request: { status: 400, retry: false, title: 'The request is not valid' },
  invalid_url: { status: 400, retry: false, title: 'The address is not allowed' },
  unauthenticated: { status: 401, retry: false, title: 'No valid credentials were sent' },
  plan_required: { status: 402, retry: false, title: 'The plan does not include this' },
  forbidden: { status: 403, retry: false, title: 'Not allowed for this caller' },
  not_found: { status: 404, retry: false, title: 'Not found' },
  conflict: { status: 409, retry: false, title: 'Conflicts with what is stored' },
  stale_version: { status: 409, retry: false, title: 'Somebody else changed it meanwhile' },
  integration_disabled: { status: 409, retry: false, title: 'The integration is disabled' },
  needs_reauth: { status: 409, retry: false, title: 'The integration must be reconnected' },
  needs_setup: { status: 409, retry: false, title: 'The integration must be set up' },
  missing_scope: { status: 409, retry: false, title: 'A permission was not granted' },
  already_connected: { status: 409, retry: false, title: 'Already connected' },
  already_created: { status: 409, retry: false, title: 'Already created' },
  provider_not_available: { status: 409, retry: false, title: 'The provider is not available yet' },
  oauth_not_configured: { status: 409, retry: false, title: 'No OAuth app is configured' },
  oauth_app_rejected: { status: 409, retry: false, title: 'The provider rejects the OAuth app' },
  consent_denied: { status: 409, retry: false, title: 'Consent was denied' },
  different_account: { status: 409, retry: false, title: 'This is another account' },
  in_progress: { status: 409, retry: true, title: 'The same call is still running' },
  payload_too_large: { status: 413, retry: false, title: 'Too large' },
  unsupported_media_type: { status: 415, retry: false, title: 'Send application/json' },
  idempotency_mismatch: { status: 422, retry: false, title: 'The key was used with another body' },
  provider_unauthorized: { status: 422, retry: false, title: 'The provider rejects the credentials' },
  provider_forbidden: { status: 422, retry: false, title: 'The provider forbids this' },
  provider_not_found: { status: 422, retry: false, title: 'The provider does not know this' },
  rate_limited: { status: 429, retry: true, title: 'Too many calls' },
  internal: { status: 500, retry: true, title: 'Something went wrong on our side' },
  provider_error: { status: 502, retry: true, title: 'The provider failed' },
  unavailable: { status: 503, retry: true, title: 'Temporarily unavailable' },
  token_unavailable: { status: 503, retry: true, title: 'No valid access token right now' },
  provider_unreachable: { status: 503, retry: true, title: 'The provider cannot be reached' },
  provider_rate_limited: { status: 503, retry: true, title: 'The provider limits calls' },
  deadline_exceeded: { status: 504, retry: true, title: 'It took too long' },
} as const satisfies Record<string, { status: number; retry: boolean; title: string }>;

export type ErrorCode = keyof typeof codes;

/** What any call that reaches a provider with stored credentials may answer. */
export const useFailures = [
  'integration_disabled',
  'needs_reauth',
  'needs_setup',
  'missing_scope',
  'oauth_app_rejected',
  'token_unavailable',
  'rate_limited',
  'provider_forbidden',
  'provider_not_found',
  'provider_error',
  'provider_unreachable',
  'provider_rate_limited',
  'deadline_exceeded',
] as const satisfies ErrorCode[];

/** What trying credentials at a provider may answer, before anything is stored. */
export const tryFailures = [
  'invalid_url',
  'rate_limited',
  'provider_unauthorized',
  'provider_forbidden',
  'provider_not_found',
  'provider_error',
  'provider_unreachable',
  'provider_rate_limited',
  'deadline_exceeded',
] as const satisfies ErrorCode[];
